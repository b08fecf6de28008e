"""The tables of the old agent's database that plugins read and write."""

TABLES = {
    "registration": ["jid TEXT", "password TEXT", "registered INTEGER", "dn TEXT", "params TEXT", "timestamp TEXT"],
    "session": [
        "id INTEGER PRIMARY KEY AUTOINCREMENT", "username TEXT", "display TEXT", "desktop TEXT", "timestamp TEXT", "ip TEXT",
        "domain TEXT",
    ],
    "task": [
        "id INTEGER", "create_date TEXT", "modify_date TEXT", "command_cls_id TEXT", "parameter_map BLOB", "deleted INTEGER",
        "plugin BLOB", "cron_expr TEXT", "file_server TEXT",
    ],
    "plugin": [
        "id INTEGER", "active TEXT", "create_date TEXT", "deleted TEXT", "description TEXT", "machine_oriented TEXT",
        "modify_date TEXT", "name TEXT", "policy_plugin TEXT", "user_oriented TEXT", "version TEXT", "task_plugin TEXT",
        "x_based TEXT",
    ],
    "service": [
        "id INTEGER PRIMARY KEY AUTOINCREMENT", "serviceName TEXT", "serviceStatus TEXT", "timestamp TEXT", "task_id INTEGER",
    ],
    "mail": ["id INTEGER PRIMARY KEY AUTOINCREMENT", "command TEXT", "mailstatus TEXT", "timestamp TEXT"],
    "policy": [
        "id INTEGER PRIMARY KEY AUTOINCREMENT", "type TEXT", "version TEXT", "name TEXT", "execution_id TEXT",
    ],
    "profile": [
        "id INTEGER", "create_date TEXT", "modify_date TEXT", "label TEXT", "description TEXT", "overridable TEXT", "active TEXT",
        "deleted TEXT", "profile_data BLOB", "plugin TEXT",
    ],
    "contract": ["id INTEGER PRIMARY KEY AUTOINCREMENT", "content BLOB", "title TEXT", "timestamp TEXT"],
    "agreement": [
        "id INTEGER PRIMARY KEY AUTOINCREMENT", "username TEXT", "timestamp TEXT", "choice TEXT", "contract_id INTEGER",
    ],
}
