"""What the words of the commands in remedies mean, as data: a few lines of each program's manual, in plain words.

A row is a pattern and its meaning. The words of a pattern are matched one by one; ``{name}`` stands for any text, which
the meaning may repeat. The first row that matches counts, so what is more exact stands above.
"""

from __future__ import annotations

Rows = tuple[tuple[str, str], ...]

_NAME = "its name"

_SYSTEMCTL: Rows = (
    ("systemctl", "tells systemd, which runs the services of this machine"),
    ("--user", "the services of your own login, not those of the machine"),
    ("start {unit}", "start the service {unit}"),
    ("stop {unit}", "stop the service {unit}; systemd does not start it again by itself then"),
    ("restart {unit}", "stop the service {unit} and start it again: its connections are cut"),
    ("reload {unit}", "let the service {unit} read its settings again"),
    ("disable", "do not start it with the machine any more"),
    ("enable", "start it with the machine"),
    ("--now", "and do that at once, too"),
    ("status {unit}", "tell how the service {unit} stands"),
    ("{unit}", "the unit"),
)
_JOURNALCTL: Rows = (
    ("journalctl", "shows what services have logged"),
    ("--user", "the services of your own login, not those of the machine"),
    ("-u {unit}", "only of {unit}"),
    ("-n {lines}", "the last {lines} lines"),
    ("-e", "from the end: the newest lines"),
    ("--no-pager", "print them all, without a pager to leave with q"),
)
_SERVICE: Rows = (
    ("service", "runs the script that starts and stops a service"),
    ("{name} start", "start {name}"),
    ("{name} stop", "stop {name}"),
    ("{name} restart", "stop {name} and start it again: its connections are cut"),
)
_NFT: Rows = (
    ("nft", "shows and changes the rules of nftables, the packet filter of Linux"),
    ("-a", "with the handle of each rule, the number by which it can be deleted"),
    ("list ruleset", "show all rules; nothing is changed by it"),
    ("insert rule", "put one rule in front of the others"),
    ("delete rule", "take one rule out"),
    ("add rule", "put one rule behind the others"),
    ("add chain", "make a chain, a list of rules"),
    ("{ type nat hook output priority -100 ; }", "for what changes where connections of this machine itself lead"),
    ("ip {table} {chain}", "where: the chain {chain} in the table {table} for IPv4"),
    ("ip6 {table} {chain}", "where: the chain {chain} in the table {table} for IPv6"),
    ("handle {number}", "the one with the handle {number}"),
    ("redirect to {place}", "lead them to another port of this machine, {place}"),
    ("inet {table} {chain}", "where: the chain {chain} in the table {table} for IPv4 and IPv6"),
    ("iifname {name}", "only packets that came in by {name}; lo is this machine itself"),
    ("oifname {name}", "only packets that go out by {name}; lo is this machine itself"),
    ("tcp dport {port}", "only TCP, to port {port}"),
    ("accept", "let them through"),
)
_IPTABLES: Rows = (
    ("{program}", "shows and changes the rules of {program}, the packet filter of Linux"),
    ("-nvL {chain}", "list the rules of the chain {chain}, with numbers for names and with counters"),
    ("--line-numbers", "with the place of each rule"),
    ("-I {chain} {place}", "put a rule into the chain {chain}, at place {place}: before the others"),
    ("-D {chain}", "take this rule out of the chain {chain}"),
    ("-t nat", "in the table of rules that change where packets lead, or where they seem to come from"),
    ("-A {chain}", "put this rule behind the others of the chain {chain}"),
    ("-s {address}", "only packets from {address}"),
    ("! -d {address}", "only packets to other addresses than {address}"),
    ("-d {address}", "only packets to {address}"),
    ("-j MASQUERADE", "give them the address of the interface by which they leave"),
    ("-j REDIRECT", "lead them to this machine itself"),
    ("--to-ports {port}", "to port {port}"),
    ("-j DNAT", "lead them elsewhere"),
    ("--to-destination {place}", "to {place}"),
    ("-m {name}", "with the conditions that {name} brings along"),
    ("--dst-type LOCAL", "only to addresses of this machine"),
    ("-i {name}", "only packets that came in by {name}; lo is this machine itself"),
    ("-o {name}", "only packets that go out by {name}; lo is this machine itself"),
    ("-p tcp", "only TCP"),
    ("--dport {port}", "only to port {port}"),
    ("-j ACCEPT", "let them through"),
)
_PS: Rows = (
    ("ps", "shows processes"),
    ("-o {columns}", "these columns; lstart is when it began, args its command line"),
    ("-p {pid}", "only process {pid}"),
)
_DOCKER: Rows = (
    ("docker", "asks Docker, which runs containers"),
    ("compose up", "start what the compose file of this folder describes"),
    ("-d", "in the background"),
    ("ps", "list the containers that run, with the ports that they publish"),
    ("--filter publish={port}", "only those that publish port {port}"),
    ("stop {name}", "end the container {name}; docker start {name} brings it back"),
    ("start {name}", "start the container {name} again"),
    ("restart {name}", "end the container {name} and start it again"),
    ("exec {name}", "run a command in the container {name}"),
    ("cat", "which prints files"),
    ("/proc/net/tcp", "its table of TCP sockets"),
    ("/proc/net/tcp6", "that of IPv6"),
    ("logs", "show what a container has printed"),
    ("--tail {lines}", "only the last {lines} lines"),
    ("{name}", "the container"),
)
_SSH: Rows = (
    ("ssh", "logs in on another machine"),
    ("-N", "run no command over there: only hand connections on"),
    ("-p {port}", "where its SSH server listens: port {port}"),
    ("-L {here}:[{there}]:{port}", "port {here} of your laptop is led to port {port} of {there}, as seen from there"),
    ("-L {here}:{there}:{port}", "port {here} of your laptop is led to port {port} of {there}, as seen from there"),
    ("{user}@{host}", "log in on {host} as {user}"),
    ("{host}", "the machine to log in on"),
)
_PYTHON: Rows = (
    ("{python} -m http.server", "starts the small web server that comes with Python; it shows this folder's files"),
    ("--bind {address}", "listen at {address} only"),
    ("{port}", "listen on port {port}"),
)
_NETSH: Rows = (
    ("netsh", "shows and changes the network settings of Windows"),
    ("advfirewall show allprofiles", "how the firewall is set in each kind of network; nothing is changed by it"),
    ("advfirewall firewall show rule", "show rules of the firewall; nothing is changed by it"),
    ("name=all", "all of them"),
    ("dir=in", "for connections that come in"),
    ("dir=out", "for connections that go out"),
    ("int ipv4 set dynamicport tcp", "from which ports Windows takes those of outgoing connections"),
    ("start={port}", "from {port} on"),
    ("num={count}", "{count} ports"),
    ("int ipv4 add excludedportrange", "keep ports from being given to outgoing connections"),
    ("protocol=tcp", "only TCP"),
    ("startport={port}", "from {port} on"),
    ("numberofports={count}", "so many ports: {count}"),
    ("interface ipv4 show excludedportrange", "show the ranges of ports that are reserved; nothing is changed by it"),
    ("store=persistent", "also after the next start of Windows"),
    ("interface portproxy show all", "to which places ports of this machine are led on; nothing is changed by it"),
    ("http show servicestate", "which programs use Windows' own web server, http.sys"),
    ("view=requestq", "listed by program, with the ports"),
)
_NET_RULE: Rows = (
    ("Get-NetFirewallRule", "shows rules of Windows' firewall; nothing is changed by it"),
    ("New-NetFirewallRule", "makes a rule of Windows' firewall"),
    ("Remove-NetFirewallRule", "takes a rule of Windows' firewall out"),
    ("-DisplayName {name}", "by the name {name}, so that it can be found and removed"),
    ("-Direction Inbound", "for connections that come in"),
    ("-Direction Outbound", "for connections that go out"),
    ("-Protocol TCP", "only TCP"),
    ("-LocalPort {port}", "only to port {port} of this machine"),
    ("-RemotePort {port}", "only to port {port} of another machine"),
    ("-Profile Private", "only in networks that Windows calls private"),
    ("-Action Allow", "let them through"),
    ("-Action Block", "only rules that block"),
    ("-Enabled True", "only rules that count at the moment"),
)
_SERVICES_OF_WINDOWS: Rows = (
    ("Get-Service", "shows services; nothing is changed by it"),
    ("Start-Service", "starts a service"),
    ("Stop-Service", "stops a service"),
    ("Restart-Service", "stops a service and starts it again: its connections are cut"),
    ("-DisplayName {name}", "the one that is called {name}; * stands for any text"),
    ("-Name {name}", "the one whose short name is {name}"),
)
_PROCESSES_OF_WINDOWS: Rows = (
    ("Get-Process", "shows a process; nothing is changed by it"),
    ("Stop-Process", "ends a process at once; it saves nothing"),
    ("-Id {pid}", "process {pid}"),
)
_CLIENT = "the client of"

MANUALS: dict[str, Rows] = {
    "systemctl": _SYSTEMCTL,
    "journalctl": _JOURNALCTL,
    "service": _SERVICE,
    "rc-service": _SERVICE,
    "nft": _NFT,
    **dict.fromkeys(("iptables", "ip6tables"), _IPTABLES),
    "iptables-save": (("iptables-save", "prints the rules of iptables; nothing is changed by it"),),
    "iptables-legacy-save": (
        ("iptables-legacy-save", "prints the rules that older programs made with iptables; nothing is changed by it"),
    ),
    "sysctl": (
        ("sysctl", "shows and changes settings of the kernel"),
        ("-w net.ipv4.ip_unprivileged_port_start={port}", "ports from {port} on may be bound by every user"),
        ("-w {name}=", "empty {name}, until the machine starts again"),
        ("-w {name}={value}", "set {name} to {value}, until the machine starts again"),
    ),
    "ss": (
        ("ss", "shows sockets"),
        ("-ltnp", "those that listen (l) by TCP (t), with numbers for names (n) and their programs (p)"),
        ("-tanp", "those of TCP (t) in every state (a), with numbers for names (n) and their programs (p)"),
        ("-tnp", "connections of TCP (t), with numbers for names (n) and their programs (p)"),
        ("-tan", "all of TCP (t), whatever their state (a), with numbers for names (n)"),
        ("-K", "those that it lists are dropped by the kernel"),
        ("state time-wait", "only connections that are over and not yet forgotten"),
        ("sport = :{port}", "only where the machine's own port is {port}"),
        ("dport = :{port}", "only where the other end's port is {port}"),
    ),
    "ulimit": (
        ("ulimit", "shows and changes the limits of this shell, and of what is started from it"),
        ("-n {count}", "at most {count} open files and connections for each process"),
    ),
    "kill": (
        ("kill", "sends a signal to a process"),
        ("-CONT", "SIGCONT: go on, after a pause"),
        ("-TERM", "SIGTERM: please end; the program may save its work first"),
        ("-KILL", "SIGKILL: ends it at once; it saves nothing"),
        ("{pid}", "process {pid}; without another signal it is asked to end (SIGTERM)"),
    ),
    "ps": _PS,
    "fg": (("fg", "brings the program that was paused here back to the foreground, and lets it go on"),),
    "cat": (
        ("cat", "prints files"),
        ("/proc/{pid}/wchan", "the place in the kernel where the process waits"),
        ("/proc/{pid}/stack", "how it came there, the innermost call first"),
        ("{file}", "this file"),
    ),
    "py-spy": (
        ("py-spy", "looks into a running Python program; it goes on meanwhile"),
        ("dump", "print where each of its threads is, once"),
        ("--pid {pid}", "of process {pid}"),
    ),
    "jstack": (("jstack", "prints where each thread of a Java program is"), ("{pid}", "of process {pid}")),
    "prlimit": (
        ("prlimit", "shows and changes the limits of a running process"),
        ("--pid {pid}", "of process {pid}"),
        ("--nofile={soft}:{hard}", "let it open {soft} files and connections at a time"),
        ("--nofile={soft}:", "let it open {soft} files and connections at a time; its hard limit allows that"),
    ),
    "ls": (
        ("ls", "lists files"),
        ("-l", "with what each of them is"),
        ("/proc/{pid}/fd", "what process {pid} has open"),
    ),
    "sample": (
        ("sample", "looks what a program is doing, many times in a row"),
        ("{pid} {seconds}", "process {pid}, for {seconds} seconds"),
    ),
    "tail": (
        ("tail", "prints the end of a file"),
        ("-n {lines}", "the last {lines} lines"),
        ("{file}", "the file"),
    ),
    "date": (("date", "prints the time that this machine has"),),
    "docker": _DOCKER,
    "ssh": _SSH,
    "kubectl": (
        ("kubectl", "asks Kubernetes"),
        ("get pods", "list the pods, and whether they are ready"),
        ("-o wide", "with their addresses and machines"),
        ("port-forward {what}", "lead a port of this machine to {what}"),
        ("{here}:{there}", "port {here} of this machine is led to port {there} over there"),
    ),
    "psql": (
        ("psql", f"{_CLIENT} PostgreSQL"),
        ("-h {host}", "where the server is: {host}; a path is the folder of its unix socket"),
        ("-p {port}", "port {port}"),
    ),
    "mysql": (
        ("mysql", f"{_CLIENT} MySQL"),
        ("-h {host}", "where the server is: {host}"),
        ("-P {port}", "port {port}"),
    ),
    "redis-cli": (
        ("redis-cli", "the client of Redis"),
        ("-h {host}", "where the server is: {host}"),
        ("-p {port}", "port {port}"),
    ),
    "mongosh": (
        ("mongosh", f"{_CLIENT} MongoDB"),
        ("--host {host}", "where the server is: {host}"),
        ("--port {port}", "port {port}"),
    ),
    "ftp": (("ftp", "the client of FTP servers"), ("{host} {port}", "where the server is: {host}, port {port}")),
    "curl": (
        ("curl", "asks a web server, and prints what it answers"),
        ("--cert {file}", "show the server this certificate of yours"),
        ("--key {file}", "the private key that belongs to it"),
        ("--cacert {file}", "trust what this authority has signed"),
        ("-I", "only the head of the answer: the status, and where it redirects to"),
        ("--http2-prior-knowledge", "in HTTP/2 from the first byte, without TLS"),
        ("--haproxy-protocol", "with a line of the PROXY protocol before the request"),
        ("-o {file}", "keep the answer in {file}"),
        ("{url}", "what is asked for"),
    ),
    "openssl": (
        ("openssl s_client", "opens a TLS connection and tells how it went"),
        ("-connect {place}", "to {place}"),
        ("-servername {name}", "asking for {name}"),
        ("-tls1_2", "by TLS 1.2 only"),
        ("-tls1_3", "by TLS 1.3 only"),
    ),
    "mkcert": (
        ("mkcert", "makes certificates for development, signed by an authority of your own"),
        ("-install", "let this machine trust that authority"),
        ("-CAROOT", "tell where its certificate is"),
        ("{name}", "a certificate for {name}"),
    ),
    "porttui": (
        ("porttui", "this program"),
        ("check {target}", "look why {target} fails, and print the report"),
        ("wait {target}", "wait until {target} works"),
        ("free", "find a port that a server can have"),
        ("sockets", "list the programs that wait for connections"),
        ("--timeout {seconds}", "for at most {seconds} seconds"),
        ("--bind", "ask whether a server can start there"),
        ("{target}", "look why {target} fails"),
    ),
    "nginx": (
        ("nginx", "the web server"),
        ("-t", "only checks its settings"),
        ("-s reload", "reads its settings again"),
    ),
    "apachectl": (("apachectl", "steers Apache"), ("configtest", "only checks its settings")),
    "sshd": (("sshd", "the SSH server"), ("-t", "only checks its settings")),
    "caddy": (
        ("caddy", "the web server"),
        ("validate", "only checks its settings"),
        ("--config {file}", "those in {file}"),
    ),
    "lsof": (
        ("lsof", "lists which program has which file or socket open"),
        ("-nP", "with numbers for names of machines (n) and ports (P)"),
        ("-iTCP:{port}", "only TCP, port {port}"),
        ("-p {pid}", "only of process {pid}"),
        ("-sTCP:ESTABLISHED", "only open connections"),
        ("-sTCP:LISTEN", "only those that wait for connections"),
    ),
    "brew": (
        ("brew services", "the services that Homebrew has installed"),
        ("start {name}", "start {name}, now and at each login"),
        ("stop {name}", "stop {name}, and do not start it at the next login"),
        ("restart {name}", "stop {name} and start it again: its connections are cut"),
        ("info {name}", "tell how {name} stands"),
    ),
    "launchctl": (
        ("launchctl", "tells launchd, which runs the services of macOS"),
        ("kickstart", "start a service now"),
        ("-k", "after ending it, when it runs"),
        ("kill SIGTERM", "ask a service to end"),
        ("print", "tell how a service stands"),
        ("system/{label}", "the service {label} of the machine"),
    ),
    "pfctl": (
        ("pfctl", "shows and changes the rules of pf, the packet filter of macOS"),
        ("-sr", "show the rules; nothing is changed by it"),
        ("-sn", "show the translations; nothing is changed by it"),
        ("-nf {file}", "only read {file} and check it (n): nothing is loaded"),
        ("-f {file}", "load the rules of {file} in place of those that count now"),
    ),
    "socketfilterfw": (
        ("{program}", "the firewall of macOS that decides by program"),
        ("--listapps", "list the programs that it knows"),
        ("--unblockapp {path}", "let {path} take connections"),
    ),
    "netsh": _NETSH,
    "net": (
        ("net", "starts and stops services of Windows"),
        ("stop {name}", "stop the service {name}"),
        ("start {name}", "start the service {name}"),
    ),
    "wsl": (
        ("wsl", "steers the Windows Subsystem for Linux"),
        ("--shutdown", "end all that runs in it; it starts again when it is next used"),
        ("hostname -I", "run this in Linux: it prints the addresses there"),
    ),
    **dict.fromkeys(("Get-NetFirewallRule", "New-NetFirewallRule", "Remove-NetFirewallRule"), _NET_RULE),
    **dict.fromkeys(("Get-Service", "Start-Service", "Stop-Service", "Restart-Service"), _SERVICES_OF_WINDOWS),
    **dict.fromkeys(("Get-Process", "Stop-Process"), _PROCESSES_OF_WINDOWS),
    "Get-NetTCPConnection": (
        ("Get-NetTCPConnection", "shows sockets; nothing is changed by it"),
        ("-LocalPort {port}", "only where the machine's own port is {port}"),
        ("-RemotePort {port}", "only where the other end's port is {port}"),
        ("-State Listen", "only those that wait for connections"),
        ("-State Established", "only open connections"),
    ),
    "Get-Content": (
        ("Get-Content", "prints a file"),
        ("-Tail {lines}", "only the last {lines} lines"),
        ("{file}", "the file"),
    ),
    "resmon": (("resmon", "opens the Resource Monitor of Windows"),),
}
"""By the name of the program, without its folder."""

SMALL_SERVER = _PYTHON
"""``python3 -m http.server`` and ``py -m http.server``."""
