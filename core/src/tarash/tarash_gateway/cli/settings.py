"""The settings of the command line: which model is used if none is named."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ..engine.model_names import name_notice
from ..exceptions import ValidationError
from ..journal_folder.files import read_regular
from ..mapping.table import ModalityName
from ..models.config import split_name
from ..models.local import LOCAL, LOCAL_MODELS
from ..models.modality import modality_named
from ..models.wording import did_you_mean
from ..process_gateway import default_gateway
from .user_folder import config_folder, find_in_config, write_json

FILE = "config.json"
MAX_BYTES = 100_000
MODALITIES: Mapping[str, ModalityName] = {"video-model": "video", "image-model": "image"}
"""The modality that each setting is for."""
BUILT_IN_SOURCE = "built in"
BUILT_IN: Mapping[str, str] = {
    name: f"{LOCAL}/{LOCAL_MODELS[modality]}" for name, modality in MODALITIES.items()
}


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting with its value.

    Attributes:
        name: "video-model" or "image-model".
        value: "provider/model".
        source: where the value comes from, in words.
    """

    name: str
    value: str
    source: str

    @property
    def names(self) -> tuple[str, str]:
        """The provider and the model.

        Raises:
            ValidationError: the value does not name both.
        """
        try:
            provider, model = split_name(self.value).values()
        except ValueError as error:
            raise ValidationError(f"{self.name} ({self.source}): {error}") from error
        return str(provider).lower(), str(model)


def setting(name: str) -> Setting:
    """Return a setting: from its environment variable, else from the file, else built in.

    Raises:
        ValidationError: there is no such setting, or the file is damaged.
    """
    _require_known(name)
    variable = variable_of(name)
    given = os.environ.get(variable, "").strip()
    if given:
        return Setting(name, given, variable)
    stored = _read().get(name)
    if stored is not None:
        return Setting(name, stored, str(settings_file()))
    return Setting(name, BUILT_IN[name], BUILT_IN_SOURCE)


def default_model(modality: ModalityName) -> Setting:
    """Return the setting for the model of a modality."""
    return setting(next(name for name, item in MODALITIES.items() if item == modality))


def set_setting(name: str, value: str) -> tuple[Setting, str | None]:
    """Store a setting, and return it, with what the user should know of the model, if anything.

    Raises:
        ValidationError: there is no such setting, the value is not "provider/model", or the provider does not generate that.
        ProviderNotInstalledError: the provider is not installed.
    """
    _require_known(name)
    made = Setting(name, value.strip(), str(settings_file()))
    if "/" not in made.value.strip("/"):
        raise ValidationError(
            f"{name} is PROVIDER/MODEL, such as {BUILT_IN[name]}, not {value[:100]!r}; run 'tarash models' to list the models"
        )
    provider, model = made.names
    notice = _check_model(MODALITIES[name], provider, model)
    write_json(settings_file(), {**_read(), name: f"{provider}/{model}"}, what="the setting")
    return made, notice


def unset_setting(name: str) -> bool:
    """Delete a stored setting; return whether there was one.

    Raises:
        ValidationError: there is no such setting, or the file is damaged.
    """
    _require_known(name)
    stored = _read()
    if stored.pop(name, None) is None:
        return False
    write_json(settings_file(), stored, what="the setting")
    return True


def settings_file() -> Path:
    """Return the path of the file, which may not exist yet."""
    return config_folder() / FILE


def variable_of(name: str) -> str:
    """Return the environment variable of a setting."""
    return f"TARASH_{name.upper().replace('-', '_')}"


def _check_model(modality: ModalityName, provider_id: str, model: str) -> str | None:
    """Check that a provider may have a model; return a warning if its name is probably wrong.

    Raises:
        ValidationError: it has none of this name, or none of this modality.
    """
    provider = default_gateway().registry.get(provider_id)
    if modality not in provider.info.modalities:
        raise ValidationError(
            f"{provider_id} generates no {modality}s; run 'tarash models --modality {modality}'"
        )
    # a plugin that makes rows itself knows more names than its table
    row = provider.catalogue.lookup(model, modality)
    if row is not None and row.generic:
        config = modality_named(modality).config(provider=provider_id, model=model)
        return name_notice(default_gateway().registry, provider, config, modality)
    if row is None and not provider.can("tarash_row"):
        guess = provider.catalogue.guess(model, modality)
        meant = f"; did you mean {guess!r}?" if guess else ""
        advice = f"run 'tarash models {provider_id} --modality {modality}' to list them"
        raise ValidationError(f"{provider_id} has no {modality} model {model!r}{meant or ';'} {advice}")
    return None


def _require_known(name: str) -> None:
    if name not in MODALITIES:
        raise ValidationError(
            f"there is no setting {name!r}{did_you_mean(name, MODALITIES)} (settings: {', '.join(MODALITIES)})"
        )


def _read() -> dict[str, str]:
    path = find_in_config(FILE)
    if path is None:
        return {}
    try:
        found = json.loads(read_regular(path, max_bytes=MAX_BYTES))
        if not isinstance(found, dict):
            raise ValueError("not an object")  # noqa: TRY004 - as json.loads reports other damage
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except ValidationError:
        raise
    except ValueError as error:
        raise ValidationError(f"{path} is damaged; delete it, and run 'tarash config set' again") from error
    # settings of a later version are kept
    return {str(name): value for name, value in found.items() if isinstance(value, str)}
