use super::check::{CheckType, SERVICES, none_of};
use super::directive::{Directive, Form, directive, keywords};
use super::line::{Level, Line, lines};
use super::section::{Section, Timing};
use super::settings::Settings;
use crate::import::director::{Director, Remark};
use crate::import::{Fault, Said, value};
use crate::lab::{Family, OnFailure};

/// What an ldirectord.cf says, with every fault of it.
pub fn ldirectord(text: &str) -> (Director, Vec<Fault>) {
    let mut reading = Reading::default();
    for line in lines(text) {
        reading.line(&line);
    }
    reading.finished()
}

#[derive(Default)]
struct Reading {
    settings: Settings,
    is_forked: bool,
    fallback: Option<Line>,
    fallback6: Option<Line>,
    sections: Vec<Section>,
    remarks: Vec<Remark>,
    /// Words that make no difference to the table, with their lines.
    aside: Vec<(String, usize)>,
    faults: Vec<Fault>,
}

impl Reading {
    fn line(&mut self, line: &Line) {
        let Some(directive) = directive(&line.keyword, line.level) else {
            self.faults.push(unknown(line));
            return;
        };
        let read = match line.level {
            Level::File => self.of_file(directive, line),
            Level::Section => self.of_section(directive, line),
        };
        self.faults.extend(read.err());
    }

    fn of_file(&mut self, directive: Directive, line: &Line) -> Result<(), Fault> {
        match directive {
            Directive::Virtual => self.sections.push(Section::new(line)),
            Directive::Fork => self.is_forked = yes(line)?,
            Directive::Fallback if line.keyword == "fallback6" => {
                self.fallback6 = Some(line.clone());
            }
            Directive::Fallback => self.fallback = Some(line.clone()),
            other => {
                common(&mut self.settings, other, line)?;
                self.spare(other, line)?;
            }
        }
        Ok(())
    }

    fn of_section(&mut self, directive: Directive, line: &Line) -> Result<(), Fault> {
        self.spare(directive, line)?;
        let Some(section) = self.sections.last_mut() else { return Ok(()) };
        common(&mut section.settings, directive, line)?;
        match directive {
            Directive::Real => {
                fits(section.family, line)?;
                section.real.push(line.clone());
            }
            Directive::Fallback => {
                fits(section.family, line)?;
                section.fallback = Some(line.clone());
            }
            Directive::Request => section.request = Some(quoted(line)?),
            Directive::Receive => section.receive = Some(quoted(line)?),
            Directive::CheckCommand => section.command = Some(text(line)?),
            Directive::CheckType => {
                let kind = CheckType::of(&line.value).ok_or_else(|| {
                    none_of(
                        line.value_spot(),
                        "checktype",
                        &line.value,
                        &[
                            "negotiate",
                            "connect",
                            "ping",
                            "external",
                            "external-perl",
                            "on",
                            "off",
                            "3",
                        ],
                    )
                })?;
                section.check_type = Some(Said { value: kind, spot: line.value_spot() });
            }
            Directive::CheckPort => section.check_port = Some(positive(line, 65535)?),
            Directive::Service => section.service = Some(word_of(line, &SERVICES)?),
            Directive::HttpMethod => section.method = Some(http_method(line)?),
            Directive::Protocol => {
                section.protocol = Some(word_of(line, &["tcp", "udp", "fwm"])?);
            }
            Directive::Ops => section.one_packet = yes(line)?.then(|| line.value_spot()),
            Directive::Persistent => section.persistence = Some(number(line)?),
            Directive::Scheduler => section.scheduler = Some(scheduler(line)?),
            Directive::SchedFlags => {
                let word = line.value.split_whitespace().next().unwrap_or_default();
                section.flags = value::flags(Said { value: word, spot: line.value_spot() })?;
            }
            Directive::Netmask => {
                let said = Said { value: line.value.as_str(), spot: line.value_spot() };
                section.netmask = Some(match section.family {
                    Family::Inet => value::netmask(said)?,
                    Family::Inet6 => value::prefix_length(said)?,
                });
            }
            Directive::Virtual
            | Directive::Fork
            | Directive::Time(_)
            | Directive::FailureCount
            | Directive::Quiescent
            | Directive::Lost(_)
            | Directive::Aside(_)
            | Directive::Gone(_) => {}
        }
        Ok(())
    }

    /// What labs have nothing of.
    fn spare(&mut self, directive: Directive, line: &Line) -> Result<(), Fault> {
        if let Directive::Lost(form) = directive {
            written(form, line)?;
            let words = format!("`{}` has no counterpart", line.keyword);
            self.remarks.push(Remark { spot: line.spot(0), words });
        } else if let Directive::Aside(form) = directive {
            written(form, line)?;
            self.aside.push((line.keyword.clone(), line.number));
        } else if let Directive::Gone(instead) = directive {
            let message = format!("ldirectord takes no `{}` any more", line.keyword);
            return Err(Fault::wrong(line.spot(0), message, format!("write `{instead}`")));
        }
        Ok(())
    }

    fn finished(mut self) -> (Director, Vec<Fault>) {
        let mut director = Director::default();
        for section in std::mem::take(&mut self.sections) {
            let (own, file) = (&section.settings, &self.settings);
            let timing = Timing {
                interval: own.interval(file, self.is_forked),
                check: own.check(file),
                negotiate: own.negotiate(file),
                failures: own.failures(file),
                on_failure: own.on_failure(file),
            };
            let common = match section.family {
                Family::Inet => self.fallback.as_ref(),
                Family::Inet6 => self.fallback6.as_ref(),
            };
            let resolved = section.resolved(&timing, common);
            self.remarks.extend(resolved.remarks);
            self.faults.extend(resolved.faults);
            let Some(held) = resolved.held else { continue };
            let key = held.service.key;
            if director.services.iter().any(|known| known.service.key == key) {
                let message = format!("the service {key} is there already");
                self.faults.push(Fault::wrong(key.spot(), message, "keep one of the two"));
            } else {
                director.services.push(held);
            }
        }
        self.remarks.sort_by_key(|remark| (remark.spot.line, remark.spot.word));
        self.remarks.extend(aside(&self.aside));
        self.faults.sort_by_key(|fault| (fault.spot.line, fault.spot.word));
        self.faults.dedup();
        director.remarks = self.remarks;
        (director, self.faults)
    }
}

/// One remark on all words that make no difference to the table.
fn aside(words: &[(String, usize)]) -> Option<Remark> {
    let (_, first) = words.first()?;
    let listed: Vec<_> = words.iter().map(|(word, at)| format!("`{word}` ({})", at + 1)).collect();
    let words = format!(
        "mail, logs and the program itself have no counterpart, with their lines: {}",
        listed.join(", ")
    );
    Some(Remark { spot: crate::import::Spot { line: *first, word: 0 }, words })
}

fn unknown(line: &Line) -> Fault {
    let keyword = line.keyword.trim();
    let (message, help) = match line.level {
        Level::File if line.keyword.starts_with([' ', '\t']) => (
            format!("`{keyword}` belongs to no virtual service"),
            "indent it by four blanks or a tab, with no empty line between it and its `virtual`"
                .to_owned(),
        ),
        level => {
            let known: Vec<_> = keywords(level).into_iter().map(|k| format!("`{k}`")).collect();
            (format!("ldirectord has no `{keyword}` here"), format!("it has {}", known.join(", ")))
        }
    };
    Fault::wrong(line.spot(0), message, help)
}

/// What the file and a virtual service may both say.
fn common(settings: &mut Settings, directive: Directive, line: &Line) -> Result<(), Fault> {
    if let Directive::Time(time) = directive {
        settings.time(time, positive(line, 3600)?);
    } else if directive == Directive::FailureCount {
        settings.failures = Some(positive(line, 1000)?.value);
    } else if directive == Directive::Quiescent {
        settings.on_failure = Some(if yes(line)? { OnFailure::Quiesce } else { OnFailure::Remove });
    }
    Ok(())
}

fn written(form: Form, line: &Line) -> Result<(), Fault> {
    match form {
        Form::Any => Ok(()),
        Form::Some => text(line).map(drop),
        Form::Quoted => quoted(line).map(drop),
        Form::YesOrNo => yes(line).map(drop),
        Form::Number => number(line).map(drop),
    }
}

/// `real6` and `fallback6` go with `virtual6` only.
fn fits(family: Family, line: &Line) -> Result<(), Fault> {
    let plain = line.keyword.trim_end_matches('6');
    let wanted = match family {
        Family::Inet => plain.to_owned(),
        Family::Inet6 => format!("{plain}6"),
    };
    if line.keyword == wanted {
        return Ok(());
    }
    let message = format!("`{}` does not go with a virtual service of {family}", line.keyword);
    Err(Fault::wrong(line.spot(0), message, format!("write `{wanted}`")))
}

fn yes(line: &Line) -> Result<bool, Fault> {
    match line.value.as_str() {
        "yes" => Ok(true),
        "no" => Ok(false),
        other => {
            let message = format!("`{}` is neither `yes` nor `no`", other.escape_debug());
            let help = "write `yes` or `no`, with nothing behind it, not even a blank";
            Err(Fault::wrong(line.value_spot(), message, help))
        }
    }
}

fn number(line: &Line) -> Result<Said<i64>, Fault> {
    let said = line.number().map(|value| Said { value, spot: line.value_spot() });
    said.ok_or_else(|| {
        let message = format!("`{}` has no number", line.keyword);
        Fault::wrong(line.value_spot(), message, "write digits, as in `10`")
    })
}

fn positive(line: &Line, most: i64) -> Result<Said<i64>, Fault> {
    let said = number(line)?;
    if (1..=most).contains(&said.value) {
        return Ok(said);
    }
    let message = format!("`{}` is out of range", said.value);
    let help = format!("choose 1 to {most}");
    match said.value {
        0 => Err(Fault::wrong(said.spot, message, help)),
        _ if line.keyword == "checkport" => Err(Fault::wrong(said.spot, message, help)),
        _ => Err(Fault::not_yet(said.spot, message, help)),
    }
}

fn quoted(line: &Line) -> Result<Said<String>, Fault> {
    let inner = line.quoted().filter(|inner| !inner.is_empty());
    let said = inner.map(|inner| Said { value: inner.to_owned(), spot: line.value_spot() });
    said.ok_or_else(|| {
        let message = format!("the value of `{}` is not in quotes", line.keyword);
        let help = format!("write `{}=\"...\"`", line.keyword);
        Fault::wrong(line.value_spot(), message, help)
    })
}

/// A text with quotes or without.
fn text(line: &Line) -> Result<Said<String>, Fault> {
    let bare = line.quoted().unwrap_or(&line.value);
    if bare.is_empty() {
        let message = format!("`{}` has no value", line.keyword);
        return Err(Fault::wrong(line.spot(0), message, "write one behind the `=`"));
    }
    Ok(Said { value: bare.to_owned(), spot: line.value_spot() })
}

/// The first word of letters and digits, which must be one of these.
fn word_of(line: &Line, words: &[&str]) -> Result<Said<String>, Fault> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let trimmed = line.value.trim_start_matches(|c| !is_part(c));
    let end = trimmed.find(|c| !is_part(c)).unwrap_or(trimmed.len());
    let word = &trimmed[..end];
    if words.contains(&word) {
        return Ok(Said { value: word.to_owned(), spot: line.value_spot() });
    }
    Err(none_of(line.value_spot(), &line.keyword, &line.value, words))
}

fn http_method(line: &Line) -> Result<Said<String>, Fault> {
    let said =
        word_of(&Line { value: line.value.to_uppercase(), ..line.clone() }, &["GET", "HEAD"]);
    said.map_err(|fault| Fault { spot: line.value_spot(), ..fault })
}

/// ldirectord takes the first lower-case letters, and leaves the rest to ipvsadm.
fn scheduler(line: &Line) -> Result<Said<String>, Fault> {
    let word = line.value.trim();
    if word.contains(|c: char| c.is_ascii_lowercase()) {
        return Ok(Said { value: word.to_owned(), spot: line.value_spot() });
    }
    let message = format!("`{word}` is no scheduler");
    Err(Fault::wrong(line.value_spot(), message, "write lower-case letters, as in `wrr`"))
}
