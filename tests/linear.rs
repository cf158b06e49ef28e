//! Files with very many faults are told in time that grows with their size: each of these took
//! from many seconds to minutes when the text was parsed anew for each fault.

use lvs_lab::diag::{self, Diagnostic};
use lvs_lab::import::keepalived::Anywhere;
use lvs_lab::lab::Source;
use lvs_lab::text::Style;
use lvs_lab::topology;
use std::fmt::Write as _;
use std::time::{Duration, Instant};

/// How long a machine with very much else to do may take.
const LONG: Duration = Duration::from_secs(60);

/// What a file is told, and what of it is shown.
fn told(text: String) -> (Vec<Diagnostic>, String) {
    let source = Source { name: "lab.yaml".to_owned(), text };
    let begun = Instant::now();
    let found = topology::load(&source).map_or_else(|faults| faults, |valid| valid.warnings);
    let style = Style { width: Some(80), ..Style::default() };
    let shown = diag::text(&source, &found, style);
    assert!(begun.elapsed() < LONG, "{:?} for {} faults", begun.elapsed(), found.len());
    (found, shown)
}

/// Lines that are made of their numbers.
fn lines(count: usize, line: impl Fn(usize) -> String) -> String {
    (1..=count).fold(String::new(), |mut text, number| {
        let _ = writeln!(text, "{}", line(number));
        text
    })
}

fn count(found: &[Diagnostic], code: &str) -> usize {
    found.iter().filter(|diagnostic| diagnostic.code.0 == code).count()
}

#[test]
fn four_thousand_unknown_keys_are_told_and_a_hundred_of_them_shown() {
    let (found, shown) = told(format!("name: lab\n{}", lines(4000, |n| format!("k{n}: 1"))));
    assert_eq!(count(&found, "L005"), 4000);
    assert_eq!(shown.matches("error[L005]").count(), 100);
    assert!(shown.contains("\nand 3,900 more\n"), "{shown}");
}

#[test]
fn four_thousand_unknown_keys_in_one_line_are_told() {
    let keys: Vec<_> = (0..4000).map(|n| format!("é{n}: 1")).collect();
    let (found, _) = told(format!("{{ name: lab, {} }}\n", keys.join(", ")));
    assert_eq!(count(&found, "L005"), 4000);
    let last = found.last().and_then(|fault| fault.position);
    let column = last.map(|position| position.column).unwrap_or_default();
    assert_eq!(
        column,
        "{ name: lab, ".len()
            + keys[..3999].iter().map(|k| k.chars().count() + 2).sum::<usize>()
            + 1
    );
}

#[test]
fn four_thousand_lines_of_one_key_are_told_each_with_its_own_place() {
    let (found, _) = told(lines(4000, |_| "name: x".to_owned()));
    assert_eq!(count(&found, "L004"), 3999);
    let own = found.iter().filter(|fault| fault.code.0 == "L004").map(|fault| fault.position);
    let lines: Vec<_> = own.flatten().map(|position| position.line).collect();
    assert_eq!(lines, (2..=4000).collect::<Vec<_>>());
}

#[test]
fn one_misspelt_key_in_each_of_many_nodes_is_told() {
    let nodes = lines(1600, |n| format!("  c{n}: {{ adresses: {{ lan: 10.0.0.1 }} }}"));
    let (found, _) =
        told(format!("name: lab\nnetworks: {{ lan: 10.0.0.0/16 }}\nclients:\n{nodes}"));
    assert_eq!(count(&found, "L005"), 1600);
}

#[test]
fn many_unknown_names_beside_many_known_ones_are_told() {
    let nodes = lines(2000, |n| {
        format!("  client-{n}: {{ addresses: {{ lan: 10.{}.{}.1 }} }}", n / 250, n % 250)
    });
    let steps = lines(2000, |n| format!("    - heal: klient-{n}"));
    let (found, _) = told(format!(
        "name: lab\nnetworks: {{ lan: 10.0.0.0/8 }}\nclients:\n{nodes}scenarios:\n  s:\n{steps}"
    ));
    assert_eq!(count(&found, "L030"), 2000);
}

#[test]
fn many_faulty_lines_of_a_table_are_told() {
    let table = lines(2000, |n| format!("  -A -t 10.0.0.{}:{n} -s rrr", n % 250));
    let (found, _) = told(format!("name: lab\nipvsadm: |\n{table}"));
    assert_eq!(count(&found, "L032"), 2000);
    let lines: Vec<_> = found.iter().filter_map(|f| f.position).map(|p| p.line).collect();
    assert!(lines.contains(&2002), "{lines:?}");
}

#[test]
fn many_faults_of_a_keepalived_conf_are_told() {
    let text = lines(2000, |n| {
        format!("virtual_server 10.0.0.1 {n} {{\n  delay_loop x\n  protocol TCP\n}}")
    });
    let source = Source { name: "keepalived.conf".to_owned(), text };
    let begun = Instant::now();
    let sketch = topology::sketch(&"lab".parse().unwrap(), &[source], &Anywhere, &[]);
    let found: Vec<_> =
        sketch.unwrap_err().into_iter().flat_map(|misread| misread.faults).collect();
    assert!(begun.elapsed() < LONG, "{:?}", begun.elapsed());
    assert!(found.len() >= 2000, "{}", found.len());
}

#[test]
fn what_is_too_deep_or_repeats_too_much_is_one_fault() {
    let laughs = lines(30, |n| format!("a{n}: &a{n} [*a{0}, *a{0}, *a{0}]", n - 1));
    let chain = lines(2000, |n| format!("a{n}: &a{n} [*a{}]", n - 1));
    for text in [
        format!("name: {}\n", "[".repeat(10_000)),
        format!("name: {}\n", "{ a: ".repeat(10_000)),
        format!("{}x\n", "- ".repeat(10_000)),
        lines(3000, |n| format!("{}a:", " ".repeat(n))),
        format!("name: lab\na0: &a0 [x]\n{laughs}"),
        format!("name: lab\na0: &a0 [x]\n{chain}"),
    ] {
        let (found, _) = told(text);
        let [fault] = found.as_slice() else { panic!("{} faults", found.len()) };
        assert_eq!(fault.code.0, "L130", "{}", fault.message);
        assert!(fault.position.is_some());
    }
}

#[test]
fn a_file_at_the_limit_of_size_is_read() {
    let line = "# a comment that does nothing but take room in the file\n";
    let mut text = String::from("name: lab\n");
    while text.len() + line.len() <= topology::LARGEST {
        text += line;
    }
    let (found, _) = told(text);
    assert_eq!(found, []);
}
