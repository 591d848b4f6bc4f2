//! What the command writes, read back by unixODBC's own programs.
//!
//! `odbcinst` and `isql` must be installed: on Debian the packages `odbcinst` and `unixodbc`.

use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

const ACCOUNT: &str = "AC00000000000000000000000000000001";

/// A folder of its own for one test: a home, a system folder, a prefix and a library that is none.
struct Machine {
    folder: PathBuf,
}

impl Machine {
    fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("installer-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        for part in ["home", "system"] {
            fs::create_dir_all(folder.join(part)).unwrap();
        }
        fs::write(folder.join("system/odbcinst.ini"), "").unwrap();
        fs::write(folder.join("libtwilioodbc.so"), "no library").unwrap();
        Self { folder }
    }

    fn path(&self, name: &str) -> String {
        self.folder.join(name).to_str().unwrap().to_owned()
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.folder.join(name)).unwrap()
    }

    fn mode(&self, name: &str) -> u32 {
        fs::metadata(self.folder.join(name)).unwrap().permissions().mode() & 0o777
    }

    /// A program that sees this machine's files and none of the real ones.
    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command
            .env("HOME", self.path("home"))
            .env("ODBCSYSINI", self.path("system"))
            .env("ODBCINI", self.path("home/.odbc.ini"))
            .env_remove("ODBCINSTINI");
        command
    }

    fn twilio_odbc(&self, arguments: &[&str]) -> Output {
        self.command(env!("CARGO_BIN_EXE_twilio-odbc")).args(arguments).stdin(Stdio::null()).output().unwrap()
    }

    fn ok(&self, arguments: &[&str]) -> String {
        let output = self.twilio_odbc(arguments);
        assert!(output.status.success(), "{arguments:?}: {}", stderr(&output));
        stdout(&output)
    }

    /// The exit code and the one line a refused command leaves.
    fn refused(&self, arguments: &[&str]) -> (i32, String) {
        let output = self.twilio_odbc(arguments);
        assert!(output.stdout.is_empty(), "{}", stdout(&output));
        let text = stderr(&output);
        assert_eq!(text.lines().count(), 1, "{text}");
        (output.status.code().unwrap(), text)
    }

    fn with_stdin(&self, arguments: &[&str], input: &str) -> Output {
        let mut child = self
            .command(env!("CARGO_BIN_EXE_twilio-odbc"))
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        child.wait_with_output().unwrap()
    }

    /// Installs into the prefix and gives the variables it prints.
    fn install_prefix(&self) -> Vec<(String, String)> {
        let (library, prefix) = (self.path("libtwilioodbc.so"), self.path("prefix"));
        let line = self.ok(&["install", "--driver", &library, "--prefix", &prefix]);
        assert_eq!(line, format!("ODBCSYSINI={prefix} ODBCINI={prefix}/odbc.ini\n"));
        let variables = line.split_whitespace().map(|word| word.split_once('=').unwrap());
        variables.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    }

    fn unixodbc(&self, program: &str, arguments: &[&str], variables: &[(String, String)]) -> Output {
        self.command(program)
            .args(arguments)
            .envs(variables.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .output()
            .unwrap_or_else(|error| panic!("{program} cannot be run ({error}); install unixODBC's programs: apt-get install unixodbc odbcinst"))
    }

    fn odbcinst(&self, arguments: &[&str], variables: &[(String, String)]) -> String {
        let output = self.unixodbc("odbcinst", arguments, variables);
        assert!(output.status.success(), "odbcinst {arguments:?}: {}{}", stdout(&output), stderr(&output));
        stdout(&output)
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn odbcinst_reads_the_driver_of_a_prefix() {
    let machine = Machine::new();
    let variables = machine.install_prefix();
    assert_eq!(machine.odbcinst(&["-q", "-d"], &variables), "[Twilio]\n");
    assert_eq!(
        machine.odbcinst(&["-q", "-d", "-n", "Twilio"], &variables),
        format!(
            "[Twilio]\nDescription=Twilio's REST API as SQL tables\nDriver={}\nThreading=2\nFileUsage=0\nUsageCount=1\n",
            machine.path("libtwilioodbc.so")
        )
    );
    assert_eq!(machine.mode("prefix"), 0o700);
    assert_eq!(machine.mode("prefix/odbc.ini"), 0o600);
}

#[test]
fn installing_twice_changes_nothing() {
    let machine = Machine::new();
    machine.install_prefix();
    let once = machine.read("prefix/odbcinst.ini");
    machine.install_prefix();
    assert_eq!(machine.read("prefix/odbcinst.ini"), once);
}

#[test]
fn a_moved_library_is_updated_and_the_usage_count_stays() {
    let machine = Machine::new();
    fs::create_dir(machine.folder.join("prefix")).unwrap();
    let before = "# kept\n[Other]\nDriver=/o.so\n\n[TWILIO]\nDriver64=/old.so\nDriver=/old.so\nThreading=1\nUsageCount=3\n";
    fs::write(machine.folder.join("prefix/odbcinst.ini"), before).unwrap();
    machine.install_prefix();
    let library = machine.path("libtwilioodbc.so");
    let updated = before.replace("/old.so", &library);
    assert_eq!(
        machine.read("prefix/odbcinst.ini"),
        format!("{updated}Description=Twilio's REST API as SQL tables\nFileUsage=0\n")
    );
}

#[test]
fn uninstalling_leaves_the_rest_of_the_files_as_it_was() {
    let machine = Machine::new();
    fs::create_dir(machine.folder.join("prefix")).unwrap();
    let (drivers, sources) = ("; drivers\n[Other]\nDriver = /o.so\n", "[Theirs]\nDriver = Other\n# note\n");
    fs::write(machine.folder.join("prefix/odbcinst.ini"), drivers).unwrap();
    fs::write(machine.folder.join("prefix/odbc.ini"), sources).unwrap();
    let variables = machine.install_prefix();
    let prefix = machine.path("prefix");
    machine.ok(&["dsn", "add", "Ours", "--prefix", &prefix]);
    assert_eq!(machine.odbcinst(&["-q", "-s"], &variables), "[Theirs]\n[Ours]\n");

    machine.ok(&["uninstall", "--prefix", &prefix]);
    assert_eq!(machine.read("prefix/odbcinst.ini"), drivers);
    assert!(machine.read("prefix/odbc.ini").contains("[Ours]"));
    machine.ok(&["uninstall", "--dsns", "--prefix", &prefix]);
    assert_eq!(machine.read("prefix/odbc.ini"), sources);
}

#[test]
fn odbcinst_reads_a_data_source_exactly() {
    let machine = Machine::new();
    let variables = machine.install_prefix();
    let prefix = machine.path("prefix");
    let arguments = [
        "dsn",
        "add",
        "my source",
        "--account-sid",
        ACCOUNT,
        "--auth-token",
        "a;b#c{d}}=\"e\" f",
        "--base-url",
        "http://127.0.0.1:8080",
        "--read-only",
        "--prefix",
        &prefix,
        "timeout=30",
        "Logfile=/tmp/ü.log",
    ];
    machine.ok(&arguments);
    assert_eq!(machine.odbcinst(&["-q", "-s"], &variables), "[my source]\n");
    assert_eq!(
        machine.odbcinst(&["-q", "-s", "-n", "my source"], &variables),
        format!(
            "[my source]\nDriver=Twilio\nAccountSid={ACCOUNT}\nAuthToken=a;b#c{{d}}}}=\"e\" f\n\
             BaseUrl=http://127.0.0.1:8080\nReadOnly=1\nTimeout=30\nLogfile=/tmp/ü.log\n"
        )
    );
    let listed = machine.ok(&["dsn", "list", "--prefix", &prefix]);
    assert!(listed.contains("[my source]") && listed.contains("AuthToken=********"), "{listed}");
    assert!(!listed.contains("a;b"), "{listed}");

    machine.ok(&["dsn", "remove", "MY SOURCE", "--prefix", &prefix]);
    assert_eq!(machine.read("prefix/odbc.ini"), "");
}

#[test]
fn the_longest_line_is_read_as_one() {
    let machine = Machine::new();
    let variables = machine.install_prefix();
    let value = "x".repeat(998 - "Logfile=".len());
    let keyword = format!("Logfile={value}");
    machine.ok(&["dsn", "add", "Long", "--prefix", &machine.path("prefix"), &keyword, "Verbosity=1"]);
    let read = machine.odbcinst(&["-q", "-s", "-n", "Long"], &variables);
    // odbcinst shows 500 bytes of a value; a cut line would show as a keyword of its own.
    assert_eq!(read, format!("[Long]\nDriver=Twilio\nLogfile={}\nVerbosity=1\n", &value[..499]));
}

#[test]
fn isql_finds_the_library_through_the_data_source() {
    let machine = Machine::new();
    let variables = machine.install_prefix();
    machine.ok(&["dsn", "add", "Demo", "--prefix", &machine.path("prefix")]);
    let output = machine.unixodbc("isql", &["-v", "-b", "Demo"], &variables);
    let said = stdout(&output) + &stderr(&output);
    // The file is no library, so the driver manager's complaint names the path it took from the files.
    assert!(said.contains(&format!("Can't open lib '{}'", machine.path("libtwilioodbc.so"))), "{said}");
}

#[test]
fn a_users_driver_needs_no_variable() {
    let machine = Machine::new();
    let library = machine.path("libtwilioodbc.so");
    assert_eq!(machine.ok(&["install", "--driver", &library]), "");
    machine.ok(&["dsn", "add", "Demo", "--user"]);
    assert_eq!(machine.mode("home/.odbc.ini"), 0o600);
    assert_eq!(machine.odbcinst(&["-q", "-d"], &[]), "[Twilio]\n");
    let output = machine.unixodbc("isql", &["-v", "-b", "Demo"], &[]);
    let said = stdout(&output) + &stderr(&output);
    assert!(said.contains(&format!("Can't open lib '{library}'")), "{said}");
}

#[test]
fn without_a_system_file_the_user_is_told_what_works() {
    let machine = Machine::new();
    fs::remove_file(machine.folder.join("system/odbcinst.ini")).unwrap();
    fs::remove_dir(machine.folder.join("system")).unwrap();
    let line = machine.ok(&["install", "--driver", &machine.path("libtwilioodbc.so"), "--user"]);
    let variables = line.split_whitespace().map(|word| word.split_once('=').unwrap());
    let variables: Vec<_> = variables.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    assert_eq!(machine.odbcinst(&["-q", "-d"], &variables), "[Twilio]\n");
}

#[test]
fn the_system_scope_follows_odbcsysini() {
    let machine = Machine::new();
    machine.ok(&["install", "--driver", &machine.path("libtwilioodbc.so"), "--system"]);
    machine.ok(&["dsn", "add", "Shared", "--system"]);
    assert!(machine.read("system/odbcinst.ini").starts_with("[Twilio]\n"));
    assert_eq!(machine.mode("system/odbc.ini"), 0o644);
    assert_eq!(machine.odbcinst(&["-q", "-s", "-l"], &[]), "[Shared]\n");
}

#[test]
fn an_existing_files_mode_and_link_are_kept() {
    let machine = Machine::new();
    fs::create_dir(machine.folder.join("prefix")).unwrap();
    let (real, link) = (machine.path("real.ini"), machine.path("prefix/odbc.ini"));
    fs::write(&real, "").unwrap();
    fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).unwrap();
    std::os::unix::fs::symlink(&real, &link).unwrap();
    let output = machine.twilio_odbc(&[
        "dsn",
        "add",
        "Demo",
        "--auth-token",
        "s",
        "--prefix",
        &machine.path("prefix"),
    ]);
    assert!(stderr(&output).contains("other users can read"), "{}", stderr(&output));
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(machine.mode("real.ini"), 0o640);
    assert_eq!(machine.read("real.ini"), "[Demo]\nDriver=Twilio\nAuthToken=s\n");
}

#[test]
fn secrets_come_through_standard_input() {
    let machine = Machine::new();
    let prefix = machine.path("prefix");
    let output = machine.with_stdin(&["dsn", "add", "A", "--auth-token-stdin", "--prefix", &prefix], "tok\n");
    assert!(output.status.success(), "{}", stderr(&output));
    let output =
        machine.with_stdin(&["dsn", "add", "B", "--api-key-secret", "-", "--prefix", &prefix], "sec\r\n");
    assert!(output.status.success(), "{}", stderr(&output));
    let expected = "[A]\nDriver=Twilio\nAuthToken=tok\n\n[B]\nDriver=Twilio\nApiKeySecret=sec\n";
    assert_eq!(machine.read("prefix/odbc.ini"), expected);
    let (code, _) = machine.refused(&["dsn", "add", "C", "--auth-token-stdin", "--prefix", &prefix]);
    assert_eq!(code, 1);
}

#[test]
fn a_wrong_command_line_is_one_line_and_code_2() {
    let machine = Machine::new();
    let prefix = machine.path("prefix");
    let long = format!("Logfile={}", "x".repeat(991));
    let cases: [(&[&str], &str); 9] = [
        (&["bad[name]"], "cannot name a data source"),
        (&["D", "--account-sid", "AC12"], "AccountSid must be AC and 32 hexadecimal digits"),
        (&["D", "Tiemout=3"], "did you mean Timeout?"),
        (&["D", "Timeout"], "is not KEY=VALUE"),
        (&["D", "Logfile=a\nb"], "line break"),
        (&["D", "--auth-token", " x"], "loses the spaces"),
        (&["D", &long], "998 bytes"),
        (&["D", "--base-url", "http://example.com"], "https://"),
        (&["D", "--read-only", "READONLY=0"], "given twice"),
    ];
    for (arguments, expected) in cases {
        let arguments = [&["dsn", "add", "--prefix", &prefix], arguments].concat();
        let (code, text) = machine.refused(&arguments);
        assert_eq!(code, 2, "{arguments:?}");
        assert!(text.contains(expected), "{text}");
        assert!(!Path::new(&prefix).exists(), "a refused command writes nothing");
    }
    machine.ok(&["dsn", "add", "D", "--allow-unknown", "--prefix", &prefix, "Tiemout=3"]);
}

#[test]
fn what_belongs_to_others_is_refused() {
    let machine = Machine::new();
    let prefix = machine.path("prefix");
    fs::create_dir(&prefix).unwrap();
    let theirs = "[Theirs]\nDriver=Other\n";
    fs::write(machine.folder.join("prefix/odbc.ini"), theirs).unwrap();
    let commands: [&[&str]; 2] = [&["dsn", "remove", "Theirs"], &["dsn", "add", "Theirs", "--replace"]];
    for command in commands {
        let (code, text) = machine.refused(&[command, &["--prefix", &prefix]].concat());
        assert_eq!(code, 1);
        assert!(text.contains("belongs to another driver"), "{text}");
    }
    assert_eq!(machine.read("prefix/odbc.ini"), theirs);
}

#[test]
fn an_existing_source_is_replaced_only_when_asked() {
    let machine = Machine::new();
    let prefix = machine.path("prefix");
    machine.ok(&["dsn", "add", "D", "--prefix", &prefix, "Timeout=1"]);
    let (code, text) = machine.refused(&["dsn", "add", "d", "--prefix", &prefix, "Timeout=2"]);
    assert_eq!((code, text.contains("--replace")), (1, true), "{text}");
    machine.ok(&["dsn", "add", "D", "--replace", "--prefix", &prefix, "Timeout=2"]);
    assert_eq!(machine.read("prefix/odbc.ini"), "[D]\nDriver=Twilio\nTimeout=2\n");
}

#[test]
fn a_missing_library_or_a_broken_file_is_a_failure() {
    let machine = Machine::new();
    let prefix = machine.path("prefix");
    let (code, text) =
        machine.refused(&["install", "--driver", &machine.path("none.so"), "--prefix", &prefix]);
    assert_eq!((code, text.contains("no driver library")), (1, true), "{text}");
    fs::create_dir(&prefix).unwrap();
    fs::write(machine.folder.join("prefix/odbcinst.ini"), "junk\n").unwrap();
    let library = machine.path("libtwilioodbc.so");
    let (code, text) = machine.refused(&["install", "--driver", &library, "--prefix", &prefix]);
    assert_eq!((code, text.contains("line 1")), (1, true), "{text}");
}
