//! Follows the links of built pages, without a network: to files that must be there, and to places in them.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

/// What is wrong with the links of the pages at `paths`, files or folders; and how many links were followed.
#[must_use]
pub fn faults(paths: &[PathBuf]) -> (Vec<String>, usize) {
    let mut checker = Checker::default();
    paths.iter().for_each(|path| checker.visit(path));
    (checker.faults, checker.followed)
}

#[derive(Default)]
struct Checker {
    /// The texts of pages that were read, since many links lead to the same.
    pages: HashMap<PathBuf, Option<String>>,
    faults: Vec<String>,
    followed: usize,
}

impl Checker {
    fn visit(&mut self, path: &Path) {
        if path.is_dir() {
            let mut entries: Vec<_> = fs::read_dir(path)
                .expect("the folder can be read")
                .map(|entry| entry.expect("and its entries").path())
                .collect();
            entries.sort();
            entries.iter().for_each(|entry| self.visit(entry));
        } else if path.extension().is_some_and(|end| end == "html") {
            self.page(path);
        }
    }

    fn page(&mut self, path: &Path) {
        let Some(page) = self.read(path) else {
            self.faults.push(format!("no page {}", path.display()));
            return;
        };
        let links: Vec<_> = links(&page).map(str::to_owned).collect();
        for link in links {
            self.followed += 1;
            if !self.leads_somewhere(path, &link) {
                self.faults.push(format!("{}: {link}", path.display()));
            }
        }
    }

    fn leads_somewhere(&mut self, from: &Path, link: &str) -> bool {
        let (file, place) = link.split_once('#').unwrap_or((link, ""));
        let file = file.split('?').next().unwrap_or_default();
        let target = if file.is_empty() {
            from.to_owned()
        } else {
            let target = from.parent().unwrap_or(Path::new("")).join(file);
            if target.is_dir() && target.join("index.html").exists() {
                target.join("index.html")
            } else {
                target
            }
        };
        if !target.exists() {
            return false;
        }
        // Lines of a source are not marked one by one.
        if place.is_empty() || place.starts_with(|c: char| c.is_ascii_digit()) {
            return true;
        }
        let id = format!("id=\"{place}\"");
        self.read(&target).is_some_and(|page| page.contains(&id))
    }

    fn read(&mut self, path: &Path) -> Option<String> {
        self.pages
            .entry(path.to_owned())
            .or_insert_with(|| fs::read_to_string(path).ok())
            .clone()
    }
}

/// The addresses in a page that lead to files: none with a scheme.
fn links(page: &str) -> impl Iterator<Item = &str> {
    [" href=\"", " src=\""]
        .into_iter()
        .flat_map(move |attribute| page.split(attribute).skip(1))
        .filter_map(|rest| rest.split('"').next())
        .filter(|link| !link.split('/').next().unwrap_or_default().contains(':'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_to_nothing_is_found() {
        let folder = std::env::temp_dir().join(format!("press-links-{}", std::process::id()));
        fs::create_dir_all(folder.join("two")).unwrap();
        let one = r##"<h1 id="here"></h1><a href="two/index.html#there"><a href="#here"><a href="https://x.y/z"><img src="two">"##;
        fs::write(folder.join("one.html"), one).unwrap();
        fs::write(folder.join("two/index.html"), r#"<p id="there">"#).unwrap();
        let (none, followed) = faults(std::slice::from_ref(&folder));
        assert_eq!((none.len(), followed), (0, 3), "{none:?}");

        let bad = r##"<a href="gone.html"><a href="two/index.html#gone"><a href="#gone"><img src="gone.svg">"##;
        fs::write(folder.join("bad.html"), bad).unwrap();
        let (found, followed) = faults(std::slice::from_ref(&folder));
        assert_eq!((found.len(), followed), (4, 7), "{found:?}");
        fs::remove_dir_all(folder).unwrap();
    }
}
