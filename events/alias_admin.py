"""Names of teams that people add."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from .admin_pages import ModelAdmin
from .models import TeamAlias
from .names import unknown
from .teams import TeamNames, known_teams, letters_of


class Suggesting(UnfoldAdminTextInputWidget):
    """A text for which the browser offers names, each with a word beside it."""

    names: Iterable[tuple[str, str]] = ()

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        names = f"{name}_names"
        text = super().render(name, value, {**(attrs or {}), "list": names}, renderer)
        options = format_html_join("", '<option value="{}">{}</option>', self.names)
        return format_html('{}<datalist id="{}">{}</datalist>', text, names, options)


class TeamAliasForm(forms.ModelForm):
    """An alias that means something, and one team only: of a sport that is known, and one of its teams if any are."""

    class Meta:
        model = TeamAlias
        fields = ("sport_key", "alias", "team")
        widgets: ClassVar = {"team": Suggesting}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known = known_teams()
        sports = [(key, key) for key in sorted(self.known)]
        self.fields["sport_key"] = forms.ChoiceField(choices=[("", "–"), *sports], widget=UnfoldAdminSelectWidget)
        teams = sorted((sport_key, team) for sport_key, teams in self.known.items() for team in teams)
        self.fields["team"].widget.names = [(team, sport_key) for sport_key, team in teams]

    def clean_team(self) -> str:
        """A team that is known: of any other, the next archive would make games."""
        team: str = self.cleaned_data["team"]
        sport_key = self.cleaned_data.get("sport_key", "")
        teams = self.known.get(sport_key, set())
        if teams and team not in teams:
            raise forms.ValidationError(unknown(f"team of {sport_key}", team, {name: name for name in teams}))
        return team

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        letters = letters_of(given.get("alias", ""))
        if given.get("alias") and not letters:
            self.add_error("alias", "It has neither letters nor digits.")
        others = TeamAlias.objects.filter(sport_key=given.get("sport_key", "")).exclude(pk=self.instance.pk)
        for other in others.exclude(team=given.get("team", "")):
            if letters and letters_of(other.alias) == letters:
                self.add_error("alias", f"{other.alias!r} is {other.team} already; case, points and blanks are one.")
        return given


@admin.register(TeamAlias)
class TeamAliasAdmin(ModelAdmin):
    """Names of teams that a person adds. They count from the next import on."""

    form = TeamAliasForm
    list_display = ("alias", "team", "sport_key")
    list_filter = (("sport_key", admin.AllValuesFieldListFilter),)
    search_fields = ("alias", "team")

    def save_model(self, request: HttpRequest, obj: TeamAlias, form: Any, change: bool) -> None:
        for told in _doubts(obj):
            self.message_user(request, told, messages.WARNING)
        super().save_model(request, obj, form, change)


def _doubts(alias: TeamAlias) -> Iterable[str]:
    """What a person should know of an alias that may be right."""
    names = TeamNames.of(alias.sport_key)
    if alias.team not in names.teams:
        yield f"No team of {alias.sport_key} is known yet; is {alias.team!r} the provider's name?"
    meant = names.team_without_own(alias.alias)
    if meant not in (None, alias.team):
        yield f"{alias.alias!r} already means {meant}; from now on every import takes it for {alias.team}"
