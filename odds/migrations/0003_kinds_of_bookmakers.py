"""The kinds of bookmakers that were made before any was known."""

from django.db import migrations

from odds.known_bookmakers import KINDS


def set_kinds(apps, schema_editor):
    Bookmaker = apps.get_model("odds", "Bookmaker")
    for key, kind in KINDS.items():
        Bookmaker.objects.filter(key=key, kind="retail").update(kind=kind.value)


class Migration(migrations.Migration):
    dependencies = [("odds", "0002_price_points_view")]
    operations = [migrations.RunPython(set_kinds, migrations.RunPython.noop)]
