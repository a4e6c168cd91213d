# SPDX-License-Identifier: Apache-2.0
"""The release's bill of materials, by CycloneDX: each file, what it needs, and who licenses it how.

Nothing of others' is in the files: what they need is named, with the version where one is locked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email.parser import Parser
from functools import cache
from importlib.metadata import requires
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5
from zipfile import ZipFile

from command import run
from cyclonedx.factory.license import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType, Property
from cyclonedx.model.bom import Bom, BomMetaData
from cyclonedx.model.component import Component, ComponentScope, ComponentType
from cyclonedx.model.license import License
from cyclonedx.output import make_outputter
from cyclonedx.schema import OutputFormat, SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from twice import ROOT, commit, digest

_SCHEMA = SchemaVersion.V1_6
#: Not .buildinfo and .changes, which say when and where files were built.
_DESCRIBED = (".deb", ".dsc", ".gz", ".whl", ".xz")
_BOTH = "Apache-2.0 OR GPL-2.0-or-later"
_ALL = f"Apache-2.0 AND GPL-2.0-only AND ({_BOTH})"
#: By the beginning of a file's name; the first that fits.
_LICENSES = {
    "liblightexit": _BOTH,
    "lightexit-dkms": "GPL-2.0-only",
    "lightexit-loader": "Apache-2.0",
}
_LOCKED = re.compile(r"^(\S+?)==(\S+)", re.MULTILINE)


def write(folder: Path, version: str) -> Path:
    """Describe the files of a folder in a file beside them."""
    files = sorted(file for file in folder.iterdir() if file.suffix in _DESCRIBED)
    text = make_outputter(_bom(files, version), OutputFormat.JSON, _SCHEMA).output_as_string(
        indent=1
    )
    if wrong := JsonStrictValidator(_SCHEMA).validate_str(text):
        raise SystemExit(f"the bill of materials is not what CycloneDX allows: {wrong}")
    written = folder / f"lightexit-{version}.cdx.json"
    written.write_text(f"{text}\n", "utf-8")
    return written


def _bom(files: list[Path], version: str) -> Bom:
    """The same for the same files: no serial number by chance, no time but the commit's."""
    whole = Component(
        name="lightexit", version=version, bom_ref="lightexit", licenses=[_license(_ALL)]
    )
    whole.properties.add(Property(name="lightexit:commit", value=commit()))
    bom = Bom(metadata=BomMetaData(component=whole))
    bom.metadata.timestamp = datetime.fromtimestamp(_time(), UTC)
    own = {_name(file): _file(file, version) for file in files}
    known = dict(own)
    for file, component in zip(files, own.values(), strict=True):
        bom.register_dependency(component, list(_needs(file, bom, known)))
    bom.register_dependency(whole, own.values())
    bom.components.update(known.values())
    digests = " ".join(digest(file) for file in files)
    bom.serial_number = uuid5(NAMESPACE_URL, f"lightexit {version} {digests}")
    return bom


def _time() -> int:
    """The commit's, in seconds since 1970."""
    return int(run("git", "-C", ROOT, "log", "-1", "--format=%ct", commit()))


def _name(file: Path) -> str:
    """By which other files depend on it."""
    return f"debian/{file.name.partition('_')[0]}" if file.suffix == ".deb" else file.name


def _license(expression: str) -> License:
    return LicenseFactory().make_from_string(expression)


def _file(file: Path, version: str) -> Component:
    """One file of the release."""
    fits = (text for head, text in _LICENSES.items() if file.name.startswith(head))
    return Component(
        name=file.name,
        version=version,
        type=ComponentType.FILE,
        bom_ref=file.name,
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=digest(file))],
        licenses=[_license(next(fits, "Apache-2.0" if file.suffix == ".whl" else _ALL))],
        purl=_purl_of(file, version),
    )


def _purl_of(file: Path, version: str) -> PackageURL | None:
    if file.suffix == ".whl":
        return PackageURL("pypi", name="lightexit", version=version)
    if file.suffix == ".deb":
        name, _, architecture = file.stem.split("_")
        return PackageURL("deb", name=name, version=version, qualifiers={"arch": architecture})
    return None


def _needs(file: Path, bom: Bom, known: dict[str, Component]) -> Iterator[Component]:
    """What must be installed for a file's content to work."""
    if file.suffix == ".whl":
        for each in _required(file):
            scope = ComponentScope.OPTIONAL if each.marker else ComponentScope.REQUIRED
            yield from _python(each, scope, bom, known)
    if file.suffix == ".deb":
        depends = run("dpkg-deb", "--field", file, "Depends").strip()
        for relation in filter(None, depends.split(", ")):
            yield known.setdefault(f"debian/{_first(relation)}", _debian(relation))


def _required(wheel: Path) -> list[Requirement]:
    with ZipFile(wheel) as archive:
        name = next(each for each in archive.namelist() if each.endswith(".dist-info/METADATA"))
        metadata = Parser().parsestr(archive.read(name).decode())
    return [Requirement(text) for text in metadata.get_all("Requires-Dist", ())]


def _python(
    each: Requirement, scope: ComponentScope, bom: Bom, known: dict[str, Component]
) -> Iterator[Component]:
    """One of `lightexit[all]`, in the version that the tests ran with, and what it needs itself."""
    name = canonicalize_name(each.name)
    version = _locked().get(name)
    if version is None:  # only developers need it, or another Python
        return
    if name not in known:
        known[name] = Component(
            name=name,
            version=version,
            bom_ref=name,
            purl=PackageURL("pypi", name=name, version=version),
            scope=scope,
        )
        needs = map(Requirement, requires(name) or ())
        needs = [need for need in needs if need.marker is None or need.marker.evaluate()]
        found = [component for need in needs for component in _python(need, scope, bom, known)]
        bom.register_dependency(known[name], found)
    yield known[name]


@cache
def _locked() -> dict[str, str]:
    return dict(_LOCKED.findall((ROOT / "requirements/run.txt").read_text()))


def _first(relation: str) -> str:
    """The package that a relation begins with."""
    return re.split(r"[ :|]", relation)[0]


def _debian(relation: str) -> Component:
    """A package of Debian's: in which version is the system's matter."""
    name = _first(relation)
    return Component(
        name=name,
        bom_ref=f"debian/{name}",
        purl=PackageURL("deb", "debian", name),
        scope=ComponentScope.REQUIRED,
        properties=[Property(name="lightexit:relation", value=relation)],
    )
