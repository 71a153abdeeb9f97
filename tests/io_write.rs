//! The methods of writers.

mod io_tools;

use std::io::{ErrorKind, IoSlice};

use io_tools::{kind, run, taking};
use toque::io::{AsyncReadExt, AsyncWriteExt};

#[test]
fn write_all_goes_on_until_all_is_written() {
    run(async {
        let mut writer = taking(3);
        writer.write_all(b"sandwich").await.unwrap();
        assert_eq!((&writer.taken[..], writer.writes), (&b"sandwich"[..], 3));
    });
}

#[test]
fn a_writer_that_takes_no_more_is_an_error() {
    run(async {
        let mut full = taking(0);
        assert_eq!(kind(full.write_all(b"soup").await), ErrorKind::WriteZero);
        assert_eq!(kind(full.write_u16(1).await), ErrorKind::WriteZero);
    });
}

#[test]
fn shutdown_and_close_are_one() {
    run(async {
        let mut writer = taking(1);
        writer.shutdown().await.unwrap();
        writer.close().await.unwrap();
        assert_eq!((writer.closes, writer.flushes), (2, 0));
        writer.flush().await.unwrap();
        assert_eq!(writer.flushes, 1);
    });
}

#[test]
fn several_buffers_are_written_one_after_the_other() {
    run(async {
        let mut writer = Vec::new();
        let bufs = [IoSlice::new(b"bread"), IoSlice::new(b"soup")];
        assert_eq!(writer.write_vectored(&bufs).await.unwrap(), 9);
        assert_eq!(writer, b"breadsoup");
    });
}

/// Writes a number in both orders, a byte at a time, and reads it again.
macro_rules! there_and_back {
    ($($write:ident, $read:ident: $number:expr => $bytes:expr;)*) => {$(
        let mut writer = taking(1);
        writer.$write($number).await.unwrap();
        assert_eq!(writer.taken, $bytes, stringify!($write));
        assert_eq!((&writer.taken[..]).$read().await.unwrap(), $number, stringify!($read));
    )*};
}

#[test]
fn every_number_comes_back_as_it_was_written() {
    run(async {
        there_and_back! {
            write_u8, read_u8: 0xfe_u8 => [0xfe];
            write_i8, read_i8: -2_i8 => [0xfe];
            write_u16, read_u16: 0x0102_u16 => [1, 2];
            write_u16_le, read_u16_le: 0x0102_u16 => [2, 1];
            write_i16, read_i16: -2_i16 => [0xff, 0xfe];
            write_i16_le, read_i16_le: -2_i16 => [0xfe, 0xff];
            write_u32, read_u32: 0x0102_0304_u32 => [1, 2, 3, 4];
            write_u32_le, read_u32_le: 0x0102_0304_u32 => [4, 3, 2, 1];
            write_i32, read_i32: i32::MIN + 1 => [0x80, 0, 0, 1];
            write_i32_le, read_i32_le: i32::MIN + 1 => [1, 0, 0, 0x80];
            write_u64, read_u64: 0x0102_0304_0506_0708_u64 => [1, 2, 3, 4, 5, 6, 7, 8];
            write_u64_le, read_u64_le: 0x0102_0304_0506_0708_u64 => [8, 7, 6, 5, 4, 3, 2, 1];
            write_i64, read_i64: i64::MIN + 1 => [0x80, 0, 0, 0, 0, 0, 0, 1];
            write_i64_le, read_i64_le: i64::MIN + 1 => [1, 0, 0, 0, 0, 0, 0, 0x80];
            write_u128, read_u128: 1_u128 => [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
            write_u128_le, read_u128_le: 1_u128 => [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
            write_i128, read_i128: -1_i128 => [0xff; 16];
            write_i128_le, read_i128_le: i128::MAX => [[0xff; 15].as_slice(), &[0x7f]].concat();
            write_f32, read_f32: 1.0_f32 => [0x3f, 0x80, 0, 0];
            write_f32_le, read_f32_le: 1.0_f32 => [0, 0, 0x80, 0x3f];
            write_f64, read_f64: 1.0_f64 => [0x3f, 0xf0, 0, 0, 0, 0, 0, 0];
            write_f64_le, read_f64_le: 1.0_f64 => [0, 0, 0, 0, 0, 0, 0xf0, 0x3f];
        }
    });
}
