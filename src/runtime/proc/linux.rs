//! Linux: `/proc/self/task`, `/proc/self/maps`, `/proc/self/mem`.

use std::fs::{self, File};
use std::os::unix::fs::FileExt;

use super::{BlockedThread, Frame};

/// The thread that made it.
#[derive(Debug)]
pub(in crate::runtime) struct ThisThread(i32);

impl ThisThread {
    pub(in crate::runtime) fn new() -> Self {
        Self(rustix::thread::gettid().as_raw_nonzero().get())
    }

    fn file(&self, name: &str) -> Option<String> {
        let text = fs::read_to_string(format!("/proc/self/task/{}/{name}", self.0)).ok()?;
        Some(text.trim().to_owned())
    }
}

/// How many threads the process has.
pub(in crate::runtime) fn threads() -> Option<usize> {
    Some(fs::read_dir("/proc/self/task").ok()?.count())
}

/// How much of a stack is looked through.
const STACK: usize = 64 * 1024;
/// How many places are noted.
const FRAMES: usize = 64;

pub(super) fn look(thread: &ThisThread) -> Option<BlockedThread> {
    let status = thread.file("status")?;
    let state = status
        .lines()
        .find_map(|line| line.strip_prefix("State:"))?;
    let waits_in = thread.file("wchan").filter(|function| function != "0");
    let call = thread.file("syscall").and_then(|text| Call::parse(&text));
    Some(BlockedThread {
        state: state.trim().to_owned(),
        waits_in,
        system_call: call.as_ref().and_then(|call| call.number),
        frames: call.map_or_else(Vec::new, |call| call.frames().unwrap_or_default()),
    })
}

/// Where a thread waits in the kernel.
struct Call {
    /// `None` if it is there without having called.
    number: Option<u64>,
    stack: u64,
    /// Where it goes on.
    place: u64,
}

impl Call {
    /// Reads `NUMBER ARGUMENTS… STACK PLACE`, or `-1 STACK PLACE`. A thread that computes is `running`.
    fn parse(text: &str) -> Option<Self> {
        let (number, rest) = text.split_once(' ')?;
        let mut words = rest.split(' ').rev().map(hexadecimal);
        let (place, stack) = (words.next()??, words.next()??);
        let number = number.parse().ok();
        Some(Self {
            number,
            stack,
            place,
        })
    }

    /// The places on its stack that a function returns to.
    fn frames(&self) -> Option<Vec<Frame>> {
        let maps = Maps::read()?;
        let memory = File::open("/proc/self/mem").ok()?;
        let end = maps.end_of(self.stack)?;
        let len = usize::try_from(end.checked_sub(self.stack)?)
            .ok()?
            .min(STACK);
        let mut stack = vec![0; len];
        memory.read_exact_at(&mut stack, self.stack).ok()?;
        let words = stack
            .chunks_exact(8)
            .map(|word| u64::from_ne_bytes(word.try_into().expect("eight bytes")));
        let returns = words.filter(|place| follows_a_call(&memory, &maps, *place));
        let places = std::iter::once(self.place).chain(returns);
        Some(
            places
                .filter_map(|place| maps.frame(place))
                .take(FRAMES)
                .collect(),
        )
    }
}

fn hexadecimal(word: &str) -> Option<u64> {
    u64::from_str_radix(word.strip_prefix("0x")?, 16).ok()
}

/// Whether the machine code before `place` is a call: by a distance (5 bytes), or by a register or memory (2 to 7).
#[cfg(target_arch = "x86_64")]
fn follows_a_call(memory: &File, maps: &Maps, place: u64) -> bool {
    let mut before = [0; 7];
    if maps.frame(place).is_none() || memory.read_exact_at(&mut before, place - 7).is_err() {
        return false;
    }
    let indirect = |len: usize| before[7 - len] == 0xff && before[8 - len] & 0x38 == 0x10;
    before[2] == 0xe8 || [2, 3, 4, 6, 7].into_iter().any(indirect)
}

#[cfg(not(target_arch = "x86_64"))]
fn follows_a_call(_: &File, _: &Maps, _: u64) -> bool {
    false
}

/// What lies where in this process.
struct Maps(Vec<Map>);

struct Map {
    start: u64,
    end: u64,
    is_code: bool,
    /// The file, if it is one's, and where in it the mapping begins.
    module: String,
    offset: u64,
}

impl Maps {
    fn read() -> Option<Self> {
        let text = fs::read_to_string("/proc/self/maps").ok()?;
        Some(Self(text.lines().filter_map(Map::parse).collect()))
    }

    fn at(&self, address: u64) -> Option<&Map> {
        self.0
            .iter()
            .find(|map| map.start <= address && address < map.end)
    }

    fn end_of(&self, address: u64) -> Option<u64> {
        Some(self.at(address)?.end)
    }

    /// The place, if it is code of a file's.
    fn frame(&self, address: u64) -> Option<Frame> {
        let map = self
            .at(address)
            .filter(|map| map.is_code && map.module.starts_with('/'))?;
        // The file's first mapping is where it was loaded.
        let first = self.0.iter().find(|other| other.module == map.module)?;
        Some(Frame {
            address,
            module: map.module.clone(),
            offset: address - (first.start - first.offset),
        })
    }
}

impl Map {
    /// Reads `START-END PERMISSIONS OFFSET DEVICE INODE   FILE`.
    fn parse(line: &str) -> Option<Self> {
        let (range, rest) = line.split_once(' ')?;
        let (start, end) = range.split_once('-')?;
        let number = |text| u64::from_str_radix(text, 16).ok();
        let mut words = rest.split_ascii_whitespace();
        let is_code = words.next()?.contains('x');
        Some(Self {
            start: number(start)?,
            end: number(end)?,
            is_code,
            offset: number(words.next()?)?,
            module: words.skip(2).collect::<Vec<_>>().join(" "),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_of_the_kernel_is_read() {
        let call =
            Call::parse("230 0x1 0x0 0x7ffe 0x0 0x0 0x0 0x7ffed42a9848 0x7fbbcc2c82ad").unwrap();
        assert_eq!(
            (call.number, call.stack, call.place),
            (Some(230), 0x7ffe_d42a_9848, 0x7fbb_cc2c_82ad)
        );
        let call = Call::parse("-1 0x7ffed42a9848 0x7fbbcc2c82ad").unwrap();
        assert_eq!((call.number, call.stack), (None, 0x7ffe_d42a_9848));
        assert!(Call::parse("running").is_none());
    }

    #[test]
    fn a_mapping_is_read() {
        let map = Map::parse(
            "7fbbcc000000-7fbbcc1dd000 r-xp 00026000 fe:00 1234   /usr/lib/a library.so",
        )
        .unwrap();
        assert_eq!(
            (map.start, map.end, map.offset),
            (0x7fbb_cc00_0000, 0x7fbb_cc1d_d000, 0x26000)
        );
        assert_eq!(map.module, "/usr/lib/a library.so");
        assert!(
            map.is_code
                && !Map::parse("1000-2000 rw-p 00000000 00:00 0 ")
                    .unwrap()
                    .is_code
        );
    }
}
