//! A guest of the sandwich service: makes sandwiches, changes prices, and checks that all that was acknowledged is so.

use std::io::{self, ErrorKind};
use std::net::SocketAddr;

use serde_json::{Value, json};

use crate::client::{Answer, Client};
use crate::tally::{Guest, Invitation, Outcome};

/// Sandwiches it keeps; of more, the oldest that is in good order is taken away again.
const APPETITE: usize = 30;

pub(crate) struct LunchGuest {
    of: Invitation,
    client: Option<Client>,
    /// Calls by this connection so far.
    calls: u64,
    /// What was acknowledged.
    made: Vec<Made>,
}

/// A sandwich that was acknowledged.
pub(crate) struct Made {
    path: String,
    name: String,
    /// What the price may be: one, or two if nobody knows whether the last change was made.
    prices: Vec<u64>,
}

impl LunchGuest {
    pub(crate) fn new(of: Invitation) -> LunchGuest {
        LunchGuest {
            of,
            client: None,
            calls: 0,
            made: Vec::new(),
        }
    }

    /// What it was told to be so.
    pub(crate) fn made(self) -> Vec<Made> {
        self.made
    }

    fn try_call(&mut self) -> io::Result<Outcome> {
        if self.client.is_none() {
            self.client = Some(Client::try_connect(self.of.to)?);
            self.calls = 0;
        }
        let outcome = match (self.of.rng.below(4), self.made.len()) {
            (_, 0) | (0, _) => self.make()?,
            (1, _) => self.change()?,
            (_, n) if n > APPETITE => self.take_away()?,
            _ => self.look()?,
        };
        self.calls += 1;
        if Some(self.calls) == self.of.stays {
            self.client = None;
        }
        Ok(outcome)
    }

    fn ask(&mut self, method: &str, path: &str, body: &str) -> io::Result<Answer> {
        let client = self.client.as_mut().expect("it is connected");
        client.try_call_lines(method, path, "content-type: application/json\r\n", body)
    }

    fn make(&mut self) -> io::Result<Outcome> {
        let name = format!("lunch {}", self.of.rng.below(1 << 40));
        let price = self.of.rng.below(1000);
        let body = json!({ "name": name, "price_cents": price }).to_string();
        let answer = self.ask("POST", "/sandwiches", &body)?;
        let (201, Some(path)) = (answer.status, answer.header("location")) else {
            return Ok(refused(&answer));
        };
        self.made.push(Made {
            path: path.to_owned(),
            name,
            prices: vec![price],
        });
        Ok(Outcome::Served)
    }

    fn change(&mut self) -> io::Result<Outcome> {
        let n = self.of.rng.below(self.made.len() as u64) as usize;
        if self.made[n].prices.len() > 1 {
            return self.look(); // a change that is late may come between
        }
        let (path, name) = (self.made[n].path.clone(), self.made[n].name.clone());
        let price = self.of.rng.below(1000);
        self.made[n].prices.push(price); // from now on it may be so
        let body = json!({ "name": name, "price_cents": price }).to_string();
        let answer = self.ask("PUT", &path, &body)?;
        if answer.status != 200 {
            return Ok(refused(&answer));
        }
        self.made[n].prices = vec![price];
        Ok(Outcome::Served)
    }

    fn take_away(&mut self) -> io::Result<Outcome> {
        let certain = |made: &Made| made.prices.len() == 1;
        let Some(n) = self.made.iter().position(certain) else {
            return self.look();
        };
        let made = self.made.remove(n); // whether it is taken away or not, it is not looked for
        let answer = self.ask("DELETE", &made.path, "")?;
        Ok(if answer.status == 204 {
            Outcome::Served
        } else {
            refused(&answer)
        })
    }

    fn look(&mut self) -> io::Result<Outcome> {
        let n = self.of.rng.below(self.made.len() as u64) as usize;
        let path = self.made[n].path.clone();
        let answer = self.ask("GET", &path, "")?;
        Ok(self.made[n].judge(&answer))
    }
}

impl Guest for LunchGuest {
    fn call(&mut self) -> Outcome {
        let outcome = self.try_call().unwrap_or_else(|error| match error.kind() {
            ErrorKind::WouldBlock | ErrorKind::TimedOut => Outcome::Hung("a request".to_owned()),
            _ => Outcome::Broken(error),
        });
        if matches!(outcome, Outcome::Broken(_) | Outcome::Hung(_)) {
            self.client = None;
        }
        outcome
    }

    fn leave(&mut self) {
        self.client = None;
    }
}

impl Made {
    fn judge(&self, answer: &Answer) -> Outcome {
        if answer.status != 200 {
            return refused(answer);
        }
        let (name, price) = (&answer.json()["name"], &answer.json()["price_cents"]);
        let is_right = name == self.name.as_str()
            && price
                .as_u64()
                .is_some_and(|price| self.prices.contains(&price));
        if is_right {
            Outcome::Served
        } else {
            Outcome::Wrong(format!(
                "{} is {name} for {price}, not as acknowledged",
                self.path
            ))
        }
    }
}

/// An answer that is not the one that was wished for. That the service is busy or its store away, it may say; and that it has
/// failed, where a problem says so. Anything else is wrong.
fn refused(answer: &Answer) -> Outcome {
    let is_problem =
        || serde_json::from_slice::<Value>(&answer.body).is_ok_and(|body| !body["type"].is_null());
    if matches!(answer.status, 500 | 503) && is_problem() {
        Outcome::Refused(answer.status)
    } else {
        Outcome::Wrong(format!("an answer of {}", answer.status))
    }
}

/// Looks at all that was acknowledged. Gives what is not so.
pub(crate) fn check(to: SocketAddr, all: &[Made]) -> Vec<String> {
    let Ok(mut client) = Client::try_connect(to) else {
        return vec!["the service does not listen any more".to_owned()];
    };
    all.iter()
        .filter_map(
            |made| match client.try_call_lines("GET", &made.path, "", "") {
                Ok(answer) => match made.judge(&answer) {
                    Outcome::Served => None,
                    _ => Some(format!(
                        "{} is not as acknowledged: {}",
                        made.path, answer.status
                    )),
                },
                Err(error) => Some(format!("{}: {error}", made.path)),
            },
        )
        .collect()
}
