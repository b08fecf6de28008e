-- A Prosody of its own for one test run, on loopback. Words between @ are filled in by ProsodyServer.
run_as_root = true
pidfile = "@DIR@/prosody.pid"
data_path = "@DIR@/data"
plugin_paths = { "@DIR@/modules" }
log = { info = "@LOG@" }
interfaces = { "127.0.0.1" }
c2s_ports = { @PORT@ }
c2s_direct_tls_ports = { @TLSPORT@ }
s2s_ports = { }
modules_disabled = { "s2s" }
modules_enabled = { "roster", "saslauth", @TLSMODULE@ "disco", "ping", "register_ibr", "user_account_management", "offline", "private", "posix", "smacks", "resumed_parser", "version", "time" }
allow_registration = true
c2s_require_encryption = false
allow_unencrypted_plain_auth = true
authentication = "lider"
disable_sasl_mechanisms = { @DISABLED@ }
limits = { }
c2s_stanza_size_limit = @MAXSTANZA@
-- A burst of thousands of tasks must still be resumable after the connection broke (XEP-0198).
smacks_max_queue_size = 10000
smacks_hibernation_time = 600
ssl = { key = "@DIR@/key.pem"; certificate = "@DIR@/cert.pem"; }
VirtualHost "@DOMAIN@"
