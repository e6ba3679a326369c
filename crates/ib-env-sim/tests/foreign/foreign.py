"""Clients that nobody here wrote, against a running simulator.

    python foreign.py STATE_DIR

STATE_DIR holds `ready.json` and `ca.pem`. Two clients run unchanged: zeep, a SOAP client that builds itself from the
`?WSDL` of every service, and the vendor's own LifeTime client (`outsystems-pipeline`). Only the name resolution around
them is replaced, so that the hosts of the scenario lead to the simulator's port.
"""

import json
import os
import socket
import sys
import tempfile
import uuid
from pathlib import Path

STATE = Path(sys.argv[1])
READY = json.loads((STATE / "ready.json").read_text())
ADDRESS, PORT = READY["listen"].rsplit(":", 1)
HOSTS = {entry["host"] for entry in READY["hosts"]}

# The clients verify TLS against the test CA and nothing else.
os.environ["REQUESTS_CA_BUNDLE"] = str(STATE / "ca.pem")
os.environ["NO_PROXY"] = "*"

genuine_getaddrinfo = socket.getaddrinfo


def getaddrinfo(host, port, *rest, **named):
    """The simulator's address for its hosts, and no address at all for any other name."""
    if host not in HOSTS:
        raise socket.gaierror(f"the test reaches only the simulator, not {host}")
    return genuine_getaddrinfo(ADDRESS, int(PORT), *rest, **named)


socket.getaddrinfo = getaddrinfo

import zeep  # noqa: E402
from outsystems.exceptions.environment_not_found import EnvironmentNotFoundError  # noqa: E402
from outsystems.lifetime import lifetime_applications, lifetime_environments  # noqa: E402
from outsystems.lifetime.lifetime_base import build_lt_endpoint  # noqa: E402

DEV = next(entry["host"] for entry in READY["hosts"] if entry["kind"] == "on_premises")
LIFETIME = next(entry["host"] for entry in READY["hosts"] if entry["kind"] == "lifetime")
USER = READY["users"][0]
LOGIN = (USER["username"], USER["password"])
CHECKED = []


def stranger():
    """A username that nobody has, a new one each time, so that no lock-out spoils the next check."""
    return f"nobody-{uuid.uuid4()}"


def check(what, holds):
    """Notes what was checked, or stops."""
    if not holds:
        sys.exit(f"FAILED: {what}")
    CHECKED.append(what)
    print(f"ok: {what}")


def expect_fault(what, call):
    """The call must end in a SOAP fault."""
    try:
        call()
    except zeep.exceptions.Fault as fault:
        check(f"{what}: {fault.message}", bool(fault.message))
    else:
        sys.exit(f"FAILED: {what}: no fault")


def services(name):
    """The service through its SOAP 1.1 and its SOAP 1.2 binding, both made from the WSDL."""
    client = zeep.Client(f"https://{DEV}/ServiceCenter/{name}.asmx?WSDL")
    for suffix in ("Soap", "Soap12"):
        yield suffix, client.bind(name, f"{name}{suffix}")


def platform():
    """OutSystemsPlatform.asmx"""
    for suffix, service in services("OutSystemsPlatform"):
        info = service.GetPlatformInfo()
        version = next(entry["version"] for entry in READY["hosts"] if entry["host"] == DEV)
        check(f"{suffix} GetPlatformInfo", info.Version == version and len(info.Serial.split("-")) == 8)
        check(f"{suffix} SetLicense", service.SetLicense(*LOGIN, b"none").success is False)


def solutions():
    """Solutions.asmx"""
    for suffix, service in services("Solutions"):
        check(f"{suffix} TestLogin, accepted", not service.TestLogin(*LOGIN))
        check(f"{suffix} TestLogin, refused", "Invalid" in service.TestLogin(stranger(), "wrong"))
        check(f"{suffix} Handshake", service.Handshake(*LOGIN, "11.0", "").ok is True)
        check(f"{suffix} GetPropertiesForHandshake", not service.GetPropertiesForHandshake())
        check(f"{suffix} GetProperties", not service.GetProperties(*LOGIN))
        expect_fault(f"{suffix} Delete", lambda: service.Delete(1, *LOGIN))


def studio():
    """ServiceStudio.asmx"""
    for suffix, service in services("ServiceStudio"):
        check(f"{suffix} GetPropertiesForHandshake of Studio", not service.GetPropertiesForHandshake())


def platform_services():
    """PlatformServices_v8_0_0.asmx"""
    for suffix, service in services("PlatformServices_v8_0_0"):
        names = {entry.Name for entry in service.Capabilities_Get()}
        check(f"{suffix} Capabilities_Get", "Edition" in names)
        check(f"{suffix} ExternalAuthentication_IsActive", service.ExternalAuthentication_IsActive().IsActive is False)
        applications = service.Applications_Get(*LOGIN, True, True)
        check(f"{suffix} Applications_Get", all(entry.Key and entry.Modules for entry in applications))
        modules = service.Modules_Get(*LOGIN)
        check(f"{suffix} Modules_Get", len(modules) >= len(applications))
        versions = service.Module_GetVersions(*LOGIN, modules[0].Key)
        check(f"{suffix} Module_GetVersions", versions.ErrorCode == 0 and versions.PublishedVersion >= 1)
        check(f"{suffix} a date is a date", versions.Versions.CS_ModuleVersion[0].UploadedOn.year >= 1900)
        expect_fault(f"{suffix} wrong password", lambda: service.Modules_Get(stranger(), "wrong"))
        publish(suffix, service)


def messages(service, publish_id, after):
    """Polls as the vendor's own scripts do: until finished, or until step 1 stops."""
    types = []
    while True:
        reply = service.SolutionPack_GetPublishMessages(*LOGIN, publish_id, after)
        found = reply.Messages.PublicationMessage if reply.Messages else []
        types += [message.Type for message in found]
        after = reply.LastMessageId
        if reply.Finished or "PublishStop" in types:
            return types, after, reply.Finished


def publish(suffix, service):
    """Two steps with continue, then two steps with abort, then one step."""
    package = f"package of {suffix}".encode()
    started = service.SolutionPack_PublishWith2StepOption(*LOGIN, package, True)
    types, after, finished = messages(service, started.PublishId, 0)
    check(f"{suffix} publish stops after step 1", "PublishStop" in types and not finished)
    refused = service.SolutionPack_PublishWith2StepOption(*LOGIN, package, True)
    check(f"{suffix} publish is locked", refused.PublishId == 0 and refused.Messages.PublicationMessage[0].Type == "Error")
    service.SolutionPack_PublishContinue(*LOGIN, started.PublishId)
    types, _, finished = messages(service, started.PublishId, after)
    check(f"{suffix} publish goes on to its end", finished and "Error" not in types)
    started = service.SolutionPack_PublishWith2StepOption(*LOGIN, package, True)
    _, after, _ = messages(service, started.PublishId, 0)
    service.SolutionPack_PublishAbort(*LOGIN, started.PublishId)
    check(f"{suffix} publish is aborted", messages(service, started.PublishId, after)[2])
    started = service.SolutionPack_Publish(*LOGIN, package)
    check(f"{suffix} publish in one step", messages(service, started.PublishId, 0)[2])


def lifetime():
    """The vendor's LifeTime client."""
    endpoint = build_lt_endpoint("https", LIFETIME, "lifetimeapi/rest", 2)
    token = READY["lifetime_token"]
    with tempfile.TemporaryDirectory() as folder:
        environments = lifetime_environments.get_environments(folder, endpoint, token)
        hosts = {entry["HostName"] for entry in environments}
        check("vendor's client: environments", DEV in hosts and LIFETIME not in hosts)
        name = environments[0]["Name"]
        key = lifetime_environments.get_environment_key(folder, endpoint, token, name)
        check("vendor's client: key of an environment", key == environments[0]["Key"])
        zones = lifetime_environments.get_environment_deployment_zones(folder, endpoint, token, env_key=key)
        check("vendor's client: deployment zones", len(zones) == 1)
        applications = lifetime_applications.get_applications(folder, endpoint, token, True)
        check("vendor's client: applications", all(entry["AppStatusInEnvs"] for entry in applications))
        lean = lifetime_applications.get_applications(folder, endpoint, token, False)
        check("vendor's client: applications without status", len(lean) == len(applications))
        app = applications[0]["Key"]
        one = lifetime_applications.get_application_data(folder, endpoint, token, True, app_key=app)
        check("vendor's client: one application", one["Name"] == applications[0]["Name"])
        versions = lifetime_applications.get_application_versions(folder, endpoint, token, 5, app_key=app)
        check("vendor's client: versions", versions[0]["ApplicationKey"] == app)
        there = lifetime_environments.get_environment_app_version(
            folder, endpoint, token, True, env_key=key, app_key=app)
        check("vendor's client: application in an environment", there["Key"] == app)
        try:
            lifetime_environments.get_environment_deployment_zones(folder, endpoint, token, env_key="unknown")
        except (EnvironmentNotFoundError, NotImplementedError) as error:
            check("vendor's client: unknown environment", "not found" in str(error) or bool(str(error)))
        else:
            sys.exit("FAILED: unknown environment was found")


for part in (platform, solutions, studio, platform_services, lifetime):
    part()
print(f"{len(CHECKED)} checks passed")
