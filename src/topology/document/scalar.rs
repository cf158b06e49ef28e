use serde_json::{Number, Value};

/// What a scalar without quotes means, by serde_yaml's rules; nothing if it is a whole number of
/// more than 64 bits.
pub fn plain(text: &str) -> Option<Value> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Some(Value::Null),
        "true" | "True" | "TRUE" => return Some(true.into()),
        "false" | "False" | "FALSE" => return Some(false.into()),
        _ => {}
    }
    if !text.starts_with(['+', '-', '.', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9']) {
        return Some(text.into());
    }
    match text.parse::<serde_yaml::Number>() {
        _ if is_too_large(text) => None,
        Ok(number) => Some(of(&number)),
        Err(_) => Some(text.into()),
    }
}

/// A number as JSON has it; what JSON has not, an infinity or no number, is a text.
fn of(number: &serde_yaml::Number) -> Value {
    let whole = number.as_i64().map(Number::from);
    let number_of = || number.as_f64().and_then(Number::from_f64);
    whole.or_else(number_of).map_or_else(|| number.to_string().into(), Value::Number)
}

fn is_too_large(text: &str) -> bool {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let is_whole = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_whole && (digits.len() == 1 || !digits.starts_with('0')) && text.parse::<i64>().is_err()
}

/// Whether a value is what YAML's tag says (YAML 1.2.2, section 10.3.2): of a tag that is not
/// YAML's own nothing.
pub fn is_of_tag(value: &Value, tag: &str) -> Option<bool> {
    let name = tag.strip_prefix("tag:yaml.org,2002:")?;
    Some(match name {
        "null" => value.is_null(),
        "bool" => value.is_boolean(),
        "int" => value.is_i64(),
        "float" => value.is_number(),
        "str" => value.is_string(),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_plain_scalar_means_what_serde_yaml_says() {
        let words = "~ null Null nULL true TRUE yes no off 1 -1 +1 007 0 -0 0x10 -0x10 0o17 0b11 1_000 \
             1e3 1.0 .5 5. -.5 .inf -.inf .nan 1.2.3.4 10.0.0.0/8 1s + -x . 1:30 \
             9223372036854775807 -9223372036854775808 0x7fffffffffffffff 00 0.0";
        for word in words.split(' ').chain([""]) {
            let read: serde_yaml::Value = serde_yaml::from_str(word).unwrap();
            let wanted = match &read {
                serde_yaml::Value::Number(number) => of(number),
                other => serde_json::to_value(other).unwrap(),
            };
            assert_eq!(plain(word), Some(wanted), "`{word}`");
        }
    }

    #[test]
    fn a_whole_number_of_more_than_64_bits_is_none() {
        for large in ["9223372036854775808", "-9223372036854775809", &"9".repeat(400)] {
            assert_eq!(plain(large), None, "`{large}`");
        }
        assert_eq!(plain("1e30"), Some(json!(1e30)));
    }

    #[test]
    fn a_value_is_held_against_a_tag_of_yaml_s_own() {
        let tag = |name: &str| format!("tag:yaml.org,2002:{name}");
        assert_eq!(is_of_tag(&json!("1"), &tag("str")), Some(true));
        assert_eq!(is_of_tag(&json!("x"), &tag("int")), Some(false));
        assert_eq!(is_of_tag(&json!(null), &tag("null")), Some(true));
        assert_eq!(is_of_tag(&json!("x"), "!subnet"), None);
        assert_eq!(is_of_tag(&json!("x"), &tag("binary")), None);
    }
}
