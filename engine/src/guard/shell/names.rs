//! Names of commands.

/// Whether the name is that of a command, and mostly no word of English: what a shell runs wherever one may begin.
pub(super) fn is_plain(name: &str) -> bool {
    has(PLAIN, PLAIN_LONG, name)
}

/// Whether the name is that of a command that people also use in sentences.
pub(super) fn is_word(name: &str) -> bool {
    has(WORDS, WORDS_LONG, name)
}

fn has(short: &[&str], long: &[&str], name: &str) -> bool {
    let list = if name.len() > SHORT_BYTES_MAX { long } else { short };
    list.binary_search(&name).is_ok()
}

/// Names up to here are in the lists of short ones.
const SHORT_BYTES_MAX: usize = 8;

const PLAIN: &[&str] = &[
    "7z", "aa-exec", "add-type", "adduser", "agetty", "alias", "ansible", "apk", "apt", "apt-get",
    "aptitude", "aria2c", "arj", "arp", "ash", "aspell", "at", "atrm", "attrib", "auditpol", "awk", "aws",
    "axel", "az", "base32", "base64", "basenc", "bash", "bcdboot", "bcdedit", "bconsole", "bpftrace", "brew",
    "bridge", "bsdtar", "bundle", "busctl", "busybox", "byebug", "byobu", "bzcat", "bzip2", "c89", "c99",
    "cabal", "cacls", "capsh", "cargo", "cat", "cc", "certbot", "certutil", "chattr", "chdir", "chef",
    "chef-run", "chgrp", "chmod", "choco", "chown", "chpasswd", "chroot", "chrt", "chsh", "cipher", "cksum",
    "clang", "cmake", "cmd", "cmd.exe", "cmp", "cmstp", "cobc", "code", "comm", "composer", "cowsay",
    "cowthink", "cp", "cpan", "cpio", "cpulimit", "crictl", "crontab", "cscript", "csh", "csplit", "csvtool",
    "ctr", "curl", "dash", "dd", "debugfs", "del", "df", "diff", "dig", "dir", "diskpart", "distcc", "dmesg",
    "dmsetup", "dnf", "dnsmasq", "doas", "docker", "dosbox", "dotnet", "dpkg", "dsquery", "dstat", "du",
    "dvips", "easyrsa", "echo", "ed", "efax", "egrep", "emacs", "env", "envsubst", "erase", "esentutl",
    "eval", "ex", "exec", "exiftool", "expect", "facter", "fetch", "ffmpeg", "fgrep", "findstr", "finger",
    "fish", "flock", "fmt", "forfiles", "free", "ftp", "gawk", "gcc", "gcc7.4", "gcloud", "gdb", "gem",
    "getent", "getmac", "ghc", "ghci", "ginsh", "git", "go", "gobuster", "grep", "groupadd", "groups", "gs",
    "gtester", "guile", "gunzip", "gzip", "halt", "hd", "helm", "hexdump", "hg", "hostname", "hping3",
    "htop", "hydra", "icacls", "iconv", "id", "iex", "ifconfig", "ifdown", "iftop", "ifup", "init",
    "initctl", "insmod", "ionice", "iostat", "iotop", "ip", "ipconfig", "ipcs", "iptables", "irb", "irm",
    "ispell", "iwconfig", "iwr", "java", "javac", "jjs", "jq", "julia", "kill", "killall", "ksh", "ksshell",
    "ksu", "kubectl", "lastlog", "latexmk", "ldconfig", "less", "lftp", "links", "ll", "ln", "logger",
    "logsave", "losetup", "ls", "lsblk", "lscpu", "lsof", "ltrace", "lua", "lualatex", "luatex", "lwp-dump",
    "lynx", "lzma", "make", "mawk", "md5sum", "mimikatz", "mkdir", "mkfifo", "mkfs", "mknod", "mktemp",
    "modprobe", "mongo", "mongosh", "mount", "msbuild", "msfvenom", "msgcat", "msgconv", "msgmerge",
    "msguniq", "mshta", "msiexec", "mtr", "mutt", "mv", "mysql", "nano", "nasm", "nawk", "nc", "ncat",
    "ncdu", "ncftp", "neofetch", "net", "net1", "netcat", "netsh", "netstat", "nft", "nikto", "nl", "nltest",
    "nmap", "node", "nodejs", "nohup", "npm", "npx", "nsenter", "nslookup", "ntpdate", "objdump", "octave",
    "od", "odbcconf", "openssl", "openvpn", "opkg", "pacman", "pandoc", "passwd", "pcalua", "pdflatex",
    "pdftex", "perf", "perl", "perlbug", "pf", "pg_dump", "php", "php5", "php7", "phpinfo", "pico",
    "pidstat", "ping", "ping6", "pip", "pip3", "pipx", "pkexec", "pkill", "podman", "poweroff", "pr",
    "printenv", "printf", "pry", "ps", "psexec", "psftp", "psql", "pstree", "ptx", "puppet", "pwd", "pwsh",
    "python", "python2", "python3", "qpdf", "qwinsta", "rake", "readelf", "readlink", "realpath", "reboot",
    "reg", "regedit", "regsvr32", "rename", "restic", "rev", "rlogin", "rlwrap", "rm", "rmdir", "rmmod",
    "rmt", "rmt-tar", "robocopy", "route", "rpm", "rpmdb", "rpmquery", "rscript", "rsh", "rsync", "ruby",
    "rundll32", "runuser", "rview", "rvim", "sash", "sc", "scanmem", "schtasks", "scp", "scrot", "sed",
    "service", "setarch", "setenv", "setfacl", "setsid", "sftp", "sh", "shred", "shutdown", "slsh", "snap",
    "socat", "sqlite3", "sqlmap", "ss", "ssh", "sshfs", "sshpass", "stat", "stdbuf", "strace", "strings",
    "su", "sudo", "svn", "swapoff", "sysctl", "sysinfo", "tac", "tail", "takeown", "tar", "taskkill",
    "tasklist", "taskset", "tasksh", "tbl", "tclsh", "tcpdump", "tcsh", "tdbtool", "tee", "telnet", "tftp",
    "tic", "tmate", "tmux", "torify", "torsocks", "touch", "tracert", "truncate", "tshark", "type", "uconv",
    "ufw", "ul", "ulimit", "umask", "umount", "unalias", "uname", "unexpand", "uniq", "unset", "unshare",
    "unxz", "unzip", "uptime", "useradd", "userdel", "usermod", "usleep", "uudecode", "uuencode", "vagrant",
    "valgrind", "vdir", "ver", "vi", "vim", "vimdiff", "virsh", "visudo", "vmstat", "vssadmin", "w", "w3m",
    "wc", "wevtutil", "wget", "whoami", "winrm", "wmic", "wscript", "wsl", "xargs", "xcopy", "xdg-open",
    "xelatex", "xetex", "xmllint", "xmodmap", "xmore", "xterm", "xxd", "xz", "xzcat", "yarn", "yash", "yum",
    "zcat", "zdiff", "zgrep", "zip", "zless", "zmore", "zsh", "zstd", "zstdcat", "zstdgrep", "zypper",
];
const PLAIN_LONG: &[&str] = &[
    "aa-disable",
    "aa-enforce",
    "ansible-console",
    "ansible-doc",
    "ansible-galaxy",
    "ansible-inventory",
    "ansible-playbook",
    "ansible-pull",
    "ansible-test",
    "ansible-vault",
    "apache2ctl",
    "bitsadmin",
    "chef-shell",
    "chkconfig",
    "cupsfilter",
    "dmidecode",
    "easy_install",
    "evil-winrm",
    "firewall-cmd",
    "genisoimage",
    "get-childitem",
    "get-content",
    "get-process",
    "get-service",
    "get-wmiobject",
    "ghostscript",
    "gnome-terminal",
    "hostnamectl",
    "installutil",
    "invoke-command",
    "invoke-expression",
    "invoke-item",
    "invoke-restmethod",
    "invoke-webrequest",
    "invoke-wmimethod",
    "journalctl",
    "jrunscript",
    "launchctl",
    "lsb_release",
    "lwp-download",
    "lwp-mirror",
    "lwp-request",
    "mavinject",
    "mosh-server",
    "mosquitto",
    "msfconsole",
    "msgattrib",
    "msgfilter",
    "multitime",
    "mysqldump",
    "new-object",
    "powershell",
    "powershell.exe",
    "redis-cli",
    "remove-item",
    "rpmverify",
    "run-mailcap",
    "run-parts",
    "set-content",
    "set-executionpolicy",
    "sha256sum",
    "smbclient",
    "softlimit",
    "ssh-agent",
    "ssh-copy-id",
    "ssh-keygen",
    "ssh-keyscan",
    "start-bitstransfer",
    "start-process",
    "start-stop-daemon",
    "stop-process",
    "systemctl",
    "systemd-run",
    "systeminfo",
    "terraform",
    "timedatectl",
    "traceroute",
    "unsquashfs",
    "update-alternatives",
    "update-rc.d",
    "varnishncsa",
    "x-terminal-emulator",
];
const WORDS: &[&str] = &[
    "alias", "ansible", "apt", "ar", "arch", "as", "assoc", "at", "aws", "axel", "az", "basename", "bash",
    "batch", "brew", "builtin", "bundle", "cal", "call", "cargo", "case", "cat", "cc", "cd", "cipher",
    "cmake", "code", "column", "command", "composer", "copy", "cp", "curl", "cut", "date", "dd", "declare",
    "del", "df", "dialog", "diff", "dig", "dir", "dirname", "do", "docker", "dos", "du", "echo", "ed",
    "emacs", "enable", "env", "eqn", "erase", "eval", "ex", "exec", "exit", "expand", "expect", "export",
    "factor", "false", "fetch", "file", "find", "finger", "fish", "fold", "for", "free", "ftp", "ftype",
    "function", "gcloud", "gcore", "gem", "git", "go", "groff", "groups", "halt", "hash", "hd", "head",
    "helm", "history", "host", "hostname", "hydra", "id", "if", "init", "install", "ip", "java", "jobs",
    "join", "julia", "kill", "kubectl", "last", "less", "let", "link", "links", "local", "locate", "logoff",
    "look", "ls", "lua", "lynx", "mail", "make", "man", "mongo", "more", "mount", "move", "msg", "mv",
    "mysql", "nano", "net", "nice", "nl", "nm", "node", "npm", "nproc", "nroff", "passwd", "paste", "patch",
    "path", "pax", "perl", "php", "pic", "ping", "pip", "popd", "pr", "print", "printf", "prompt", "ps",
    "puppet", "pushd", "pwd", "python", "query", "rake", "read", "reboot", "reg", "rename", "replace",
    "return", "rev", "rm", "route", "ruby", "run", "sc", "screen", "script", "sendmail", "seq", "service",
    "set", "shuf", "shutdown", "size", "sleep", "snap", "soelim", "sort", "source", "split", "sqlmap", "ss",
    "ssh", "start", "stat", "stop", "strings", "strip", "su", "sudo", "sum", "sync", "tail", "tee", "telnet",
    "test", "then", "time", "timeout", "title", "tmux", "top", "touch", "tr", "trap", "tree", "troff",
    "true", "truncate", "tsort", "type", "ul", "unlink", "until", "users", "valgrind", "ver", "view", "vim",
    "w", "wait", "wall", "watch", "wget", "whereis", "which", "while", "who", "whois", "wish", "write",
    "yarn", "yes", "zip", "zsoelim",
];
const WORDS_LONG: &[&str] = &["powershell", "terraform"];

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_family = "wasm")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn lists_are_in_order_and_of_their_lengths() {
        for list in [PLAIN, PLAIN_LONG, WORDS, WORDS_LONG] {
            assert!(list.is_sorted_by(|a, b| a < b));
        }
        assert!([PLAIN, WORDS].concat().iter().all(|name| name.len() <= SHORT_BYTES_MAX));
        assert!([PLAIN_LONG, WORDS_LONG].concat().iter().all(|name| name.len() > SHORT_BYTES_MAX));
    }
}
