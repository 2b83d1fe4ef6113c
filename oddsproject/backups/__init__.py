"""Backups of the database: made, kept, restored, and proved to be restorable.

From bottom to top: `errors`, `retention` (which are kept; pure), `digests` (what a table holds, as one hash),
`manifest` (what a backup holds), `folder` (where backups lie), `access` (the server, and PostgreSQL's programs for it),
`spooled` (answers that the database has not yet), `making`, `scratch` (a database beside, to restore into), `drill`,
`restoring`, `daily` (what the scheduler does). See docs/backups.md.
"""
