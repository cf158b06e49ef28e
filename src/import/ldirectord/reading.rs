use super::check::SERVICES;
use super::directive::{Directive, Form, begun, directive, keywords};
use super::line::{Level, Line, lines};
use super::section::{Section, Timing};
use super::settings::Settings;
use super::values::{
    check_type, flags, http_method, netmask, no_value, number, positive, quoted, scheduler, text,
    word_of, yes,
};
use crate::import::director::{Director, Remark};
use crate::import::fault::once;
use crate::import::{Fault, Said, Spot};
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
    /// Whether lines up to the next virtual service belong to none, and that is said.
    is_adrift: bool,
    faults: Vec<Fault>,
}

impl Reading {
    fn line(&mut self, line: &Line) {
        let Some(directive) = directive(&line.keyword, line.level) else {
            // Only the first one of a block says why.
            let is_new =
                line.level == Level::Section || !std::mem::replace(&mut self.is_adrift, true);
            self.faults.extend(is_new.then(|| unknown(line)));
            return;
        };
        self.is_adrift &= directive != Directive::Virtual;
        if line.value.trim_ascii().is_empty() && directive.has_value() {
            self.faults.push(no_value(line));
            return;
        }
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
            Directive::CheckType => section.check_type = Some(check_type(line)?),
            Directive::CheckPort => section.check_port = Some(positive(line, 65535)?),
            Directive::Service => section.spoken = Some(word_of(line, &SERVICES)?),
            Directive::HttpMethod => section.method = Some(http_method(line)?),
            Directive::Protocol => {
                section.protocol = Some(word_of(line, &["tcp", "udp", "fwm"])?);
            }
            Directive::Ops => {
                section.one_packet =
                    yes(line)?.then(|| Said { value: (), spot: line.value_spot() });
            }
            Directive::Persistent => section.persistence = Some(number(line)?),
            Directive::Scheduler => section.scheduler = Some(scheduler(line)?),
            Directive::SchedFlags => section.flags = flags(line)?,
            Directive::Netmask => section.netmask = Some(netmask(line, section.family)?),
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
        director.remarks = self.remarks;
        (director, once(self.faults))
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
    Some(Remark { spot: Spot { line: *first, word: 0 }, words })
}

fn unknown(line: &Line) -> Fault {
    let keyword = line.keyword.trim_ascii();
    let bare = begun(keyword).filter(|_| line.value.is_empty());
    let is_of_section = directive(keyword, Level::Section).is_some();
    let is_indented = line.keyword.starts_with([' ', '\t']);
    let (message, help) = if let Some(bare) = bare {
        (
            format!("no `=` stands behind `{bare}`"),
            format!("write `{bare}=...`, and so in each line"),
        )
    } else if line.level == Level::File && (is_of_section || is_indented) {
        let help = "indent it by four blanks or a tab, with no empty line between it and its \
                    `virtual`";
        (format!("`{keyword}` belongs to no virtual service"), help.to_owned())
    } else {
        let known = keywords(line.level).into_iter().map(|word| format!("`{word}`"));
        let help = format!("it has {}", known.collect::<Vec<_>>().join(", "));
        (format!("ldirectord has no `{keyword}` here"), help)
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
