//! Object files (elf(5)) without what only a debugger wants.

use std::fs::File;
use std::io::{self, Error, ErrorKind, Read, Seek, SeekFrom};
use std::ops::Range;
use std::os::unix::fs::FileExt;

const HEADER: usize = 64;
const SECTION: usize = 64;
/// Where the header says where the sections' headers are, and how many.
const TABLE: usize = 0x28;
const COUNT: usize = 0x3c;
/// Sections that lie closer together in the file are read at once.
const GAP: u64 = 4096;
/// Every section begins at the same remainder as in the file, so that alignments are kept.
const ALIGNMENT: usize = 64;

/// A section's header, as it is in the file.
struct Section<'a>(&'a mut [u8]);

impl Section<'_> {
    const NULL: u32 = 0;
    const SYMBOLS: u32 = 2;
    const STRINGS: u32 = 3;
    const RELOCATIONS: u32 = 4;
    const NO_BITS: u32 = 8;
    /// `SHF_ALLOC`: the section has a place in memory.
    const LOADED: u64 = 2;

    fn kind(&self) -> u32 {
        u32::from_le_bytes(array(&self.0[4..]))
    }

    fn is_loaded(&self) -> bool {
        u64::from_le_bytes(array(&self.0[0x08..])) & Self::LOADED != 0
    }

    fn offset(&self) -> u64 {
        u64::from_le_bytes(array(&self.0[0x18..]))
    }

    fn end(&self) -> u64 {
        self.offset().saturating_add(u64::from_le_bytes(array(&self.0[0x20..])))
    }

    /// The section that relocations are for.
    fn target(&self) -> usize {
        u32::from_le_bytes(array(&self.0[0x2c..])) as usize
    }

    fn move_to(&mut self, offset: u64) {
        self.0[0x18..0x20].copy_from_slice(&offset.to_le_bytes());
    }

    fn remove(&mut self) {
        self.0[4..8].copy_from_slice(&Self::NULL.to_le_bytes());
        self.0[0x20..0x28].fill(0);
    }
}

/// Puts a copy of an object file into `out`, whose debugging sections are gone but keep their
/// numbers. They are three quarters of a kernel module, and are not even read.
pub fn compact(file: &File, out: &mut Vec<u8>) -> io::Result<()> {
    out.clear();
    out.resize(HEADER, 0);
    file.read_exact_at(out, 0)?;
    if !out.starts_with(b"\x7fELF\x02\x01") {
        return Err(Error::from(ErrorKind::InvalidData));
    }
    let table = u64::from_le_bytes(array(&out[TABLE..]));
    let mut headers = vec![0; usize::from(u16::from_le_bytes(array(&out[COUNT..]))) * SECTION];
    file.read_exact_at(&mut headers, table)?;
    let mut sections: Vec<_> = headers.chunks_exact_mut(SECTION).map(Section).collect();
    keep_needed(&mut sections);
    copy(file, &mut sections, out)?;
    out.resize(out.len().next_multiple_of(8), 0);
    let table = out.len() as u64;
    out[TABLE..TABLE + 8].copy_from_slice(&table.to_le_bytes());
    out.extend(headers);
    Ok(())
}

/// What the kernel loads, its relocations, and the tables of names.
fn keep_needed(sections: &mut [Section<'_>]) {
    let loaded: Vec<bool> = sections.iter().map(Section::is_loaded).collect();
    for (section, is_loaded) in sections.iter_mut().zip(&loaded) {
        let needed = match section.kind() {
            Section::SYMBOLS | Section::STRINGS => true,
            Section::RELOCATIONS => loaded.get(section.target()).is_some_and(|loaded| *loaded),
            _ => *is_loaded,
        };
        if !needed {
            section.remove();
        }
    }
}

/// Copies what is left of the sections, and notes where they are then.
fn copy(file: &File, sections: &mut [Section<'_>], out: &mut Vec<u8>) -> io::Result<()> {
    let has_bytes = |s: &&mut Section<'_>| ![Section::NULL, Section::NO_BITS].contains(&s.kind());
    let mut kept: Vec<_> = sections.iter_mut().filter(has_bytes).collect();
    let length = file.metadata()?.len();
    if kept.iter().any(|section| section.end() > length) {
        return Err(Error::from(ErrorKind::UnexpectedEof));
    }
    kept.sort_by_key(|section| section.offset());
    for run in kept.chunk_by_mut(|a, b| b.offset() <= a.end() + GAP) {
        let from = run.iter().map(|s| s.offset()).min().unwrap_or(0);
        let end = run.iter().map(|s| s.end()).max().unwrap_or(0);
        out.resize(aligned_like(from, out.len()), 0);
        let to = out.len();
        run.iter_mut().for_each(|s| s.move_to(s.offset() - from + to as u64));
        read(file, from..end, out)?;
    }
    Ok(())
}

/// Appends a part of a file. The bytes are not set to zero first: touching a new page is dear in a
/// guest, unless the kernel does it.
fn read(mut file: &File, part: Range<u64>, out: &mut Vec<u8>) -> io::Result<()> {
    let length = part.end - part.start;
    file.seek(SeekFrom::Start(part.start))?;
    out.reserve(length as usize);
    let count = file.take(length).read_to_end(out)?;
    if count as u64 == length { Ok(()) } else { Err(Error::from(ErrorKind::UnexpectedEof)) }
}

/// The first place from `length` on that has the remainder of `offset`.
fn aligned_like(offset: u64, length: usize) -> usize {
    let wanted = (offset % ALIGNMENT as u64) as usize;
    length + (wanted + ALIGNMENT - length % ALIGNMENT) % ALIGNMENT
}

/// The first bytes of a part that is long enough.
fn array<const N: usize>(bytes: &[u8]) -> [u8; N] {
    std::array::from_fn(|index| bytes[index])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::io::Write;

    /// Name for the test, kind, loaded, target, contents.
    type Plan = (&'static str, u32, bool, u32, Vec<u8>);

    fn plans() -> Vec<Plan> {
        vec![
            ("null", Section::NULL, false, 0, vec![]),
            ("text", 1, true, 0, vec![1; 100]),
            ("text's relocations", Section::RELOCATIONS, false, 1, vec![2; 240]),
            ("debug", 1, false, 0, vec![3; 90_000]),
            ("debug's relocations", Section::RELOCATIONS, false, 3, vec![4; 90_000]),
            ("bss", Section::NO_BITS, true, 0, vec![]),
            ("symbols", Section::SYMBOLS, false, 0, vec![5; 50]),
            ("strings", Section::STRINGS, false, 0, vec![6; 33]),
        ]
    }

    fn object(plans: &[Plan]) -> File {
        let (mut bytes, mut headers) = (vec![0; HEADER], Vec::new());
        bytes[..6].copy_from_slice(b"\x7fELF\x02\x01");
        for (_, kind, loaded, target, contents) in plans {
            let mut header = [0; SECTION];
            header[4..8].copy_from_slice(&kind.to_le_bytes());
            header[8] = if *loaded { Section::LOADED as u8 } else { 0 };
            header[0x18..0x20].copy_from_slice(&(bytes.len() as u64).to_le_bytes());
            header[0x20..0x28].copy_from_slice(&(contents.len() as u64).to_le_bytes());
            header[0x2c..0x30].copy_from_slice(&target.to_le_bytes());
            bytes.extend(contents);
            headers.extend(header);
        }
        let table = bytes.len() as u64;
        bytes[TABLE..TABLE + 8].copy_from_slice(&table.to_le_bytes());
        bytes[COUNT..COUNT + 2].copy_from_slice(&(plans.len() as u16).to_le_bytes());
        bytes.extend(headers);
        written(&bytes)
    }

    fn written(bytes: &[u8]) -> File {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        file
    }

    fn contents(object: &[u8], index: usize) -> Vec<u8> {
        let table = u64::from_le_bytes(array(&object[TABLE..])) as usize;
        let header = &mut object[table + index * SECTION..][..SECTION].to_vec();
        let section = Section(header);
        let place = section.offset() as usize..section.end() as usize;
        object.get(place).map(<[u8]>::to_vec).unwrap_or_default()
    }

    #[test]
    fn only_what_the_kernel_needs_is_left() {
        let mut out = Vec::new();
        compact(&object(&plans()), &mut out).unwrap();
        assert!(out.len() < 2000, "{} bytes", out.len());
        for (index, (name, _, _, _, before)) in plans().into_iter().enumerate() {
            let expected = if name.starts_with("debug") { vec![] } else { before };
            assert_eq!(contents(&out, index), expected, "{name}");
        }
    }

    #[test]
    fn a_section_beyond_the_end_is_refused() {
        let mut bytes = Vec::new();
        compact(&object(&plans()), &mut bytes).unwrap();
        let table = u64::from_le_bytes(array(&bytes[TABLE..])) as usize;
        bytes[table + SECTION + 0x20..][..8].fill(0xff);
        assert!(compact(&written(&bytes), &mut Vec::new()).is_err());
    }

    proptest! {
        #[test]
        fn no_file_makes_it_panic(tail in any::<Vec<u8>>(), table in 0u64..300, count in 0u16..4) {
            let mut bytes = vec![0; HEADER];
            bytes[..6].copy_from_slice(b"\x7fELF\x02\x01");
            bytes[TABLE..TABLE + 8].copy_from_slice(&table.to_le_bytes());
            bytes[COUNT..COUNT + 2].copy_from_slice(&count.to_le_bytes());
            bytes.extend(tail);
            let _ = compact(&written(&bytes), &mut Vec::new());
        }
    }
}
