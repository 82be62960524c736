//! Database servers of the tests' own, which can be killed.

use std::{
    env, fs,
    io::Write as _,
    net::TcpListener,
    os::unix::process::CommandExt as _,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

pub struct Server {
    folder: tempfile::TempDir,
    /// Whether the folder is a disk.
    mounted: bool,
    user: (u32, u32),
    program: PathBuf,
    arguments: Vec<String>,
    pub port: u16,
    child: Option<Child>,
}

impl Server {
    /// A PostgreSQL server with a user `postgres` and a database of the same name; on a disk of that many megabytes.
    pub fn postgres(disk: Option<u32>) -> Option<Self> {
        let installed = fs::read_dir("/usr/lib/postgresql").into_iter().flatten();
        let folders = installed.filter_map(|version| Some(version.ok()?.path().join("bin")));
        let folder = folders.filter(|folder| folder.join("initdb").exists()).max();
        let folder = there("PostgreSQL", "REQUIRE_POSTGRES", folder)?;
        let server = Self::new("postgres", disk, folder.join("postgres"), |data, port| {
            let sockets = data.parent().unwrap().display();
            vec![
                format!("-D{}", data.display()),
                format!("-p{port}"),
                format!("-k{sockets}"),
                "-hlocalhost".into(),
            ]
        })?;
        let initialize =
            [format!("-D{}", server.data()), "--auth=trust".into(), "-Upostgres".into()];
        server.initialize(&folder.join("initdb"), &initialize);
        Some(server)
    }

    /// A MariaDB server with a user `root` and no password; on a disk of that many megabytes.
    pub fn mysql(disk: Option<u32>) -> Option<Self> {
        let program = ["/usr/sbin/mariadbd", "/usr/bin/mariadbd"].map(PathBuf::from);
        let program = program.into_iter().find(|program| program.exists());
        let program = there("MariaDB", "REQUIRE_MYSQL", program)?;
        let server = Self::new("mysql", disk, program, |data, port| {
            let folder = data.parent().unwrap().display();
            vec![
                "--no-defaults".into(),
                format!("--datadir={}", data.display()),
                format!("--socket={folder}/socket"),
                format!("--pid-file={folder}/pid"),
                format!("--port={port}"),
                "--bind-address=127.0.0.1".into(),
            ]
        })?;
        let initialize = [
            "--no-defaults".into(),
            format!("--datadir={}", server.data()),
            "--auth-root-authentication-method=normal".into(),
        ];
        server.initialize(Path::new("/usr/bin/mariadb-install-db"), &initialize);
        Some(server)
    }

    fn new(
        user: &str,
        disk: Option<u32>,
        program: PathBuf,
        arguments: impl Fn(&Path, u16) -> Vec<String>,
    ) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let user = ids(user);
        if let Some(megabytes) = disk {
            let size = format!("size={megabytes}m");
            let mount = Command::new("mount")
                .args(["-t", "tmpfs", "-o", &size, "tmpfs"])
                .arg(folder.path())
                .status();
            if !mount.is_ok_and(|status| status.success()) {
                eprintln!("skipped: no disk can be mounted");
                return None;
            }
        }
        std::os::unix::fs::chown(folder.path(), Some(user.0), Some(user.1)).unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let arguments = arguments(&folder.path().join("data"), port);
        Some(Self { folder, mounted: disk.is_some(), user, program, arguments, port, child: None })
    }

    fn data(&self) -> String {
        self.folder.path().join("data").display().to_string()
    }

    /// These servers refuse to run as root.
    fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.uid(self.user.0).gid(self.user.1).current_dir(self.folder.path());
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command
    }

    /// Makes the data with the server's own program. It starts a server itself, which now and then does not come up on
    /// a machine with many of them.
    fn initialize(&self, program: &Path, arguments: &[String]) {
        let mut said = String::new();
        for _ in 0..3 {
            let mut command = self.command(program);
            let output = command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped());
            let output = output.output().unwrap();
            if output.status.success() {
                return;
            }
            said = [output.stdout, output.stderr]
                .map(|it| String::from_utf8_lossy(&it).into_owned())
                .concat();
            let _ = fs::remove_dir_all(self.data());
        }
        panic!("{}: {said}", program.display());
    }

    pub fn start(&mut self) {
        self.child = Some(self.command(&self.program).args(&self.arguments).spawn().unwrap());
    }

    /// Starts it again if it ended, as it does while processes of the killed one are still there.
    pub fn keep_running(&mut self) {
        if self.child.as_mut().is_some_and(|child| child.try_wait().unwrap().is_some()) {
            self.start();
        }
    }

    /// As in a crash: all its processes at once, so that none of them writes or answers any more. Stopped, it starts no
    /// other one meanwhile.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            let all = "kill -STOP $0; kill -KILL $(cat /proc/$0/task/$0/children) $0";
            Command::new("sh").args(["-c", all, &child.id().to_string()]).status().unwrap();
            child.wait().unwrap();
        }
    }
}

impl Server {
    /// Leaves no space on its disk.
    pub fn fill_disk(&self) {
        let mut file = fs::File::create(self.filler()).unwrap();
        while file.write_all(&[0; 4096]).is_ok() {}
    }

    pub fn make_room(&self) {
        fs::remove_file(self.filler()).unwrap();
    }

    fn filler(&self) -> PathBuf {
        self.folder.path().join("filler")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
        if self.mounted {
            // Processes of the server may still be ending.
            let _ = Command::new("umount").arg("--lazy").arg(self.folder.path()).status();
        }
    }
}

fn there<T>(name: &str, required: &str, found: Option<T>) -> Option<T> {
    if found.is_none() {
        assert!(env::var_os(required).is_none(), "{name} is not installed");
        eprintln!("skipped: {name} is not installed");
    }
    found
}

/// The numbers of a user and of its group; those of this process if it is not root.
fn ids(name: &str) -> (u32, u32) {
    let own = fs::metadata("/proc/self").unwrap();
    let own =
        (std::os::unix::fs::MetadataExt::uid(&own), std::os::unix::fs::MetadataExt::gid(&own));
    if own.0 != 0 {
        return own;
    }
    let users = fs::read_to_string("/etc/passwd").unwrap();
    let fields = users.lines().map(|line| line.split(':').collect::<Vec<_>>());
    let user = fields.into_iter().find(|fields| fields[0] == name).unwrap();
    (user[2].parse().unwrap(), user[3].parse().unwrap())
}
