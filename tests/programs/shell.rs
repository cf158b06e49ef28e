//! Which programs a shell script calls. It reads what scripts here are made of, not all of sh(1):
//! a command whose name is a variable is passed over.

use std::collections::BTreeSet;

/// What the shell does by itself, and what stands before a command.
const BUILTINS: [&str; 30] = [
    ":", ".", "[", "[[", "break", "cd", "continue", "echo", "eval", "exit", "export", "false",
    "hash", "kill", "local", "printf", "pwd", "read", "return", "set", "shift", "test", "trap",
    "true", "ulimit", "umask", "unset", "wait", "type", "declare",
];
const KEYWORDS: [&str; 14] = [
    "!", "{", "}", "if", "then", "elif", "else", "fi", "while", "until", "do", "done", "esac",
    "exec",
];

/// Programs whose own words end with a command, and how many words stand before it that are no
/// options.
const WRAPPERS: [(&str, usize); 8] = [
    ("env", 0),
    ("nsenter", 0),
    ("runuser", 0),
    ("setpriv", 0),
    ("setsid", 0),
    ("timeout", 1),
    ("unshare", 0),
    ("xargs", 0),
];

/// The programs that a script calls, by the names that it uses.
pub fn programs(script: &str) -> BTreeSet<String> {
    within(script, &BTreeSet::new())
}

/// The same of a part of a script that has these functions.
fn within(script: &str, functions: &BTreeSet<String>) -> BTreeSet<String> {
    let (rest, functions) = (script.chars().collect(), functions.clone());
    let mut reader = Reader { rest, functions, ..Reader::default() };
    reader.read();
    reader.found
}

/// A command's words without what stands before it.
fn bare(words: &[String]) -> &[String] {
    let is_assignment = |word: &str| {
        let name = word.split('=').next().unwrap_or_default().trim_end_matches('+');
        word.contains('=') && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    let is_before = |word: &String| KEYWORDS.contains(&word.as_str()) || is_assignment(word);
    let begin = words.iter().position(|word| !is_before(word)).unwrap_or(words.len());
    &words[begin..]
}

/// The programs that a command's words call: its own, and those that it starts.
pub fn of_words(words: &[String]) -> BTreeSet<String> {
    of_command(words, &BTreeSet::new())
}

/// The same of a command of a script that has these functions.
fn of_command(words: &[String], functions: &BTreeSet<String>) -> BTreeSet<String> {
    let [first, rest @ ..] = bare(words) else { return BTreeSet::new() };
    match first.as_str() {
        "for" | "case" => return BTreeSet::new(),
        "command" if rest.first().is_some_and(|word| word != "-v") => {
            return of_command(rest, functions);
        }
        "trap" => {
            return rest.first().map(|script| within(script, functions)).unwrap_or_default();
        }
        name if functions.contains(name) => return BTreeSet::new(),
        word if BUILTINS.contains(&word) || word == "command" => return BTreeSet::new(),
        word if word.starts_with("/proc/") => return BTreeSet::new(),
        // A variable, or a part of a text that a test fills in.
        word if word.contains(['$', '{', '*']) || word.starts_with(['.', '-']) => {
            return BTreeSet::new();
        }
        _ => {}
    }
    let name = first.rsplit('/').next().unwrap_or(first).to_owned();
    let mut found = started(&name, rest);
    found.insert(name);
    found
}

/// What a program starts by its words.
fn started(name: &str, words: &[String]) -> BTreeSet<String> {
    if ["sh", "bash"].contains(&name) {
        let flag = words.iter().position(|word| word.starts_with('-') && word.ends_with('c'));
        return flag.and_then(|at| words.get(at + 1)).map(|s| programs(s)).unwrap_or_default();
    }
    if name == "ip" {
        let at = words.windows(2).position(|pair| pair == ["netns", "exec"]);
        return at.and_then(|at| words.get(at + 3..)).map(of_words).unwrap_or_default();
    }
    let Some((_, before)) = WRAPPERS.iter().find(|(wrapper, _)| *wrapper == name) else {
        return BTreeSet::new();
    };
    let plain = words.iter().enumerate().filter(|(_, word)| !word.starts_with('-'));
    let command = plain.map(|(at, _)| at).nth(*before);
    command.map(|at| of_words(&words[at..])).unwrap_or_default()
}

/// A script that is being read.
#[derive(Default)]
struct Reader {
    rest: Vec<char>,
    at: usize,
    /// The words of the command that is being read.
    words: Vec<String>,
    /// The programs of the line so far, which turn out to be patterns of `case` if `)` follows.
    line: BTreeSet<String>,
    depth: usize,
    /// Those that the script has defined so far.
    functions: BTreeSet<String>,
    found: BTreeSet<String>,
}

impl Reader {
    fn next(&mut self) -> Option<char> {
        let next = self.rest.get(self.at).copied();
        self.at += 1;
        next
    }

    fn peek(&self, text: &str) -> bool {
        text.chars().enumerate().all(|(n, c)| self.rest.get(self.at + n) == Some(&c))
    }

    fn read(&mut self) {
        while let Some(c) = self.rest.get(self.at).copied() {
            match c {
                ' ' | '\t' => self.at += 1,
                '#' => {
                    while self.rest.get(self.at).is_some_and(|c| *c != '\n') {
                        self.at += 1
                    }
                }
                '\n' | ';' => {
                    self.at += 1;
                    self.end_line();
                }
                '&' | '|' => {
                    self.at += 1;
                    self.end_command();
                }
                '(' => self.open(),
                ')' => self.close(),
                '<' | '>' => self.redirect(),
                _ => {
                    let word = self.word();
                    self.take(word);
                }
            }
        }
        self.end_line();
    }

    fn take(&mut self, word: String) {
        // What follows `in` are words of `for`, or the first pattern of `case`.
        let opens_case = word == "in" && self.words.first().is_some_and(|first| first == "case");
        self.words.push(word);
        if opens_case {
            self.end_line();
        }
    }

    fn end_command(&mut self) {
        let words = std::mem::take(&mut self.words);
        self.line.extend(of_command(&words, &self.functions));
    }

    fn end_line(&mut self) {
        self.end_command();
        self.found.append(&mut self.line);
    }

    fn open(&mut self) {
        if self.peek("((") {
            self.balanced('(', ')');
        } else if let [name] = &self.words[..] {
            self.functions.insert(name.clone());
            self.words.clear();
            self.balanced('(', ')');
        } else {
            self.at += 1;
            self.depth += 1;
            self.end_command();
        }
    }

    fn close(&mut self) {
        self.at += 1;
        match self.depth.checked_sub(1) {
            Some(depth) => {
                self.depth = depth;
                self.end_command();
            }
            // The end of a pattern of `case`.
            None => {
                self.words.clear();
                self.line.clear();
            }
        }
    }

    /// `>file`, `2>&1`, `<<<word`, `<<EOF`: no word of the command.
    fn redirect(&mut self) {
        if self.words.last().is_some_and(|w| w.chars().all(|c| c.is_ascii_digit())) {
            self.words.pop();
        }
        let here = self.peek("<<") && !self.peek("<<<");
        while self.rest.get(self.at).is_some_and(|c| "<>&-| ".contains(*c)) {
            self.at += 1;
        }
        let target = self.word();
        if here {
            self.skip_to_line(&target);
        }
    }

    /// A document that stands in the script, from the next line to its end's name.
    fn skip_to_line(&mut self, name: &str) {
        let rest: String = self.rest[self.at.min(self.rest.len())..].iter().collect();
        let (line, document) = rest.split_once('\n').unwrap_or((&rest, ""));
        let after = document.split('\n').skip_while(|line| line.trim() != name).skip(1);
        let text = format!("{line}\n{}", after.collect::<Vec<_>>().join("\n"));
        (self.rest, self.at) = (text.chars().collect(), 0);
    }

    fn word(&mut self) -> String {
        let mut word = String::new();
        while let Some(c) = self.rest.get(self.at).copied() {
            match c {
                ' ' | '\t' | '\n' | ';' | '&' | '|' | '(' | ')' | '<' | '>' => break,
                '\'' => {
                    self.at += 1;
                    while let Some(c) = self.next().filter(|c| *c != '\'') {
                        word.push(c);
                    }
                }
                '"' => word.push_str(&self.quoted()),
                '\\' => {
                    self.at += 1;
                    word.extend(self.next().filter(|c| *c != '\n'));
                }
                '$' => word.push_str(&self.expansion()),
                _ => {
                    self.at += 1;
                    word.push(c);
                }
            }
        }
        word
    }

    fn quoted(&mut self) -> String {
        self.at += 1;
        let mut text = String::new();
        while let Some(c) = self.rest.get(self.at).copied().filter(|c| *c != '"') {
            match c {
                '$' => text.push_str(&self.expansion()),
                '\\' => {
                    self.at += 1;
                    text.extend(self.next());
                }
                _ => {
                    self.at += 1;
                    text.push(c);
                }
            }
        }
        self.at += 1;
        text
    }

    /// `$name`, `${name}`, `$((1 + 1))`, or `$(command)`, whose programs are called too.
    fn expansion(&mut self) -> String {
        self.at += 1;
        if self.peek("((") {
            self.balanced('(', ')');
        } else if self.peek("(") {
            let inner = self.balanced('(', ')');
            self.line.extend(within(&inner, &self.functions));
        } else if self.peek("{") {
            self.balanced('{', '}');
        }
        "$".to_owned()
    }

    /// What is between two brackets that belong together.
    fn balanced(&mut self, open: char, close: char) -> String {
        let (mut depth, begun) = (0, self.at + 1);
        while let Some(c) = self.next() {
            depth += usize::from(c == open);
            depth -= usize::from(c == close);
            if depth == 0 {
                break;
            }
        }
        let end = (self.at - 1).min(self.rest.len());
        self.rest[begun.min(end)..end].iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::programs;

    #[track_caller]
    fn calls(script: &str, wanted: &[&str]) {
        assert_eq!(programs(script).into_iter().collect::<Vec<_>>(), wanted, "{script}");
    }

    #[test]
    fn each_command_of_a_line_is_a_call() {
        calls(
            "ip link; LC_ALL=C ss -tn | grep -c ':80 ' && ! curl -s x >out 2>&1",
            &["curl", "grep", "ip", "ss"],
        );
        calls("a=$(date +%s) && test \"$(cut -f 2 <<<$a)\" = 1", &["cut", "date"]);
        calls("until grep -q x /proc/1/stat; do sleep 1; done # tac", &["grep", "sleep"]);
    }

    #[test]
    fn what_a_program_starts_is_a_call() {
        calls("ip netns exec lab-rs1 timeout 5 tcpdump -n", &["ip", "tcpdump", "timeout"]);
        calls("unshare --net sh -ec 'sysctl -a | sort'", &["sh", "sort", "sysctl", "unshare"]);
        calls("exec /usr/sbin/nginx -g 'daemon off;'", &["nginx"]);
        calls("trap 'rm -f x' EXIT; ls | xargs -r tail", &["ls", "rm", "tail", "xargs"]);
    }

    #[test]
    fn functions_patterns_and_documents_are_no_calls() {
        calls("down() { rm -f x; }\nif [ 1 ]; then down; fi", &["rm"]);
        calls("case $1 in\ndemo | test) cat x ;;\n*) tac x ;;\nesac", &["cat", "tac"]);
        calls("cat >file <<EOF\nnginx me\nEOF\nuniq file", &["cat", "uniq"]);
        calls("for name in one two; do \"$name\"; (mount x); done", &["mount"]);
    }
}
