//! The models: four ways to serve one menu. Chosen by `--model`.
//!
//! Each is a function `serve(door, menu)` that takes connections in until the bell rings, lets those who have ordered have their
//! answer, and returns.

pub(crate) mod chef;
pub(crate) mod pool;
pub(crate) mod process;
pub(crate) mod thread;

use std::str::FromStr;

use crate::store::Waits;

#[derive(Clone, Copy)]
pub(crate) enum Model {
    Process,
    Thread,
    Pool,
    Chef,
}

impl Model {
    /// Who waits for the database, which is all that the menu has to know of a model.
    pub(crate) fn waits(self) -> Waits {
        match self {
            Model::Process | Model::Thread | Model::Pool => Waits::OnTheThread,
            Model::Chef => Waits::InTheReactor,
        }
    }
}

impl FromStr for Model {
    type Err = &'static str;

    fn from_str(name: &str) -> Result<Model, Self::Err> {
        match name {
            "process" => Ok(Model::Process),
            "thread" => Ok(Model::Thread),
            "pool" => Ok(Model::Pool),
            "chef" => Ok(Model::Chef),
            _ => Err("the models are process, thread, pool and chef"),
        }
    }
}
