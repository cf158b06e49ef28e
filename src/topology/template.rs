use crate::import;
use crate::lab::{LabName, Source};

/// A first file for a lab of that name: valid, with every common key explained.
pub fn template(name: &LabName) -> Source {
    let text = include_str!("template.yaml").replacen("{name}", &import::scalar(name.as_str()), 1);
    Source { name: format!("{name}.yaml"), text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_template_is_beyond_reproach() {
        let valid = super::super::load(&template(&"mine".parse().unwrap())).unwrap();
        assert_eq!(valid.warnings, []);
        assert_eq!(valid.lab.name.as_str(), "mine");
    }

    #[test]
    fn a_name_that_yaml_takes_for_another_value_is_quoted() {
        for name in ["1", "0x10", "1e3", "true", "null", "no"] {
            let valid = super::super::load(&template(&name.parse().unwrap())).unwrap();
            assert_eq!(valid.lab.name.as_str(), name);
        }
    }
}
