"""The index of snapshots by event holds what each says beside its raw answer, and so answers for it alone."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("odds", "0005_archive_prices")]

    operations = [
        migrations.RemoveConstraint(model_name="oddssnapshot", name="odds_oddssnapshot_once_per_instant"),
        migrations.AddConstraint(
            model_name="oddssnapshot",
            constraint=models.UniqueConstraint(
                fields=("event", "snapshot_time"),
                include=("commence_time", "scope", "is_live"),
                name="odds_oddssnapshot_once_per_instant",
            ),
        ),
    ]
