//! The reports of a scan of the testbed with all its holes, by the programs that read them.

use std::{fs, path::PathBuf, process::Command};

use airside_scan::report::{Format, Report, write};
use airside_scan_testbed::{Holes, Testbed, Variant, measure::scan_testbed};

#[tokio::test]
async fn reports_of_a_whole_scan_are_valid() {
    let testbed = Testbed::open(Holes::all()).unwrap();
    let report = scan_testbed(testbed, Variant::Json).await.unwrap().report;
    assert!(report.totals.confirmed > 40, "{}", report.totals.confirmed);

    // SARIF 2.1.0 by its schema
    let sarif = kept(&report, Format::Sarif, "scan.sarif");
    let modules = target().join("sarif/node_modules");
    let mut node = Command::new("node");
    run(node
        .env("NODE_PATH", modules)
        .arg("-e")
        .arg(VALIDATE)
        .arg(sarif));
    // XML
    let junit = kept(&report, Format::Junit, "scan.xml");
    run(Command::new("python3").arg("-c").arg(COUNT).arg(junit));
    // a page that is not a burden, although its operations are many
    let html = fs::read_to_string(kept(&report, Format::Html, "scan.html")).unwrap();
    assert!(html.len() < MAX_PAGE, "{}", html.len());
    // no token in any of them
    for format in [
        Format::Sarif,
        Format::Junit,
        Format::Html,
        Format::Json,
        Format::Text,
    ] {
        let text = write(&report, format);
        assert!(
            !text.contains("Bearer ey") && !text.contains("-secret\""),
            "{format:?}"
        );
    }
    kept(&report, Format::Json, "scan.json");
}

/// Writes a report to a file, where people can look at it.
fn kept(report: &Report, format: Format, name: &str) -> PathBuf {
    let path = target().join(name);
    fs::write(&path, write(report, format)).unwrap();
    path
}

fn target() -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR"))
}

fn run(command: &mut Command) {
    let output = command.output().unwrap();
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{text}");
}

/// The bytes of a page about the testbed.
const MAX_PAGE: usize = 220_000;

/// Fails unless a file is valid, and a log without a version is not.
const VALIDATE: &str = r#"
const Ajv = require("ajv"), fs = require("fs");
const draft = require("ajv/lib/refs/json-schema-draft-04.json");
const schema = require("@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json");
const ajv = new Ajv({ schemaId: "id", meta: false, allErrors: true });
ajv.addMetaSchema(draft);
ajv._opts.defaultMeta = draft.id;
const validate = ajv.compile(schema);
const log = JSON.parse(fs.readFileSync(process.argv[1], "utf8"));
if (!validate(log)) { console.error(JSON.stringify(validate.errors.slice(0, 10), null, 1)); process.exit(1); }
delete log.version;
if (validate(log)) { console.error("a log without a version is valid"); process.exit(1); }
"#;

/// Fails unless the counts are those of the test cases.
const COUNT: &str = r#"
import sys, xml.etree.ElementTree as xml
suite = xml.parse(sys.argv[1]).getroot().find("testsuite")
for name, tag in ("tests", "testcase"), ("failures", "failure"), ("errors", "error"), ("skipped", "skipped"):
    found = sum(1 for _ in suite.iter(tag))
    assert int(suite.get(name)) == found, (name, found)
"#;
