"""The AsyncAPI 3 document of the whole platform: a channel per owner, a message per event, who sends and who receives,
and how all of it lies in Kafka."""

import inspect
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

import shared.events
from deploy.docs.examples import example
from deploy.local.addresses import PORTS
from deploy.local.programs import HOST
from shared.bus.topics import IN_SYNC_MIN, REPLICAS_SAFE, group_of
from shared.events import catalogue
from shared.http import fields
from shared.process.service import Service
from shared.process.settings import PARTITIONS

KAFKA_BINDING = "0.5.0"
MEANINGS = Path(shared.events.__file__).parent / "fields.yaml"
KEY = {"type": "string", "description": "Fund and case, as in `ce_partitionkey`: `dz-cnas:<id of the case>`."}
SERVERS = {
    "production": {
        "host": "{host}:9092",
        "protocol": "kafka",
        "description": "The fund's brokers; each environment sets `KAFKA_BOOTSTRAP_SERVERS`.",
        "variables": {"host": {"default": "kafka", "description": "A broker of the fund."}},
    },
    "local": {
        "host": f"{HOST}:{PORTS['KAFKA_PORT']}",
        "protocol": "kafka",
        "description": "The broker that `make run` starts.",
    },
}
HEADERS = {
    "ce_specversion": {"const": "1.0", "description": "The version of CloudEvents."},
    "ce_id": {"description": "The event, by its id: consumers act on it once."},
    "ce_source": {"description": "The service that sent it, such as `/claims`."},
    "ce_time": {"format": "date-time", "description": "When it happened."},
    "ce_partitionkey": {"description": "Fund and case, by which order is kept; the record's key too."},
    "ce_fund": {"description": "The fund, by its id."},
    "ce_sequence": {"description": "The version of the thing that the event is about; absent where it has none."},
    "traceparent": {"description": "The trace that the event belongs to (W3C Trace Context)."},
    "content-type": {"const": "application/json", "description": "The media type of the value."},
}
OPTIONAL_HEADERS = {"ce_sequence", "traceparent"}


def document(services: Sequence[Service[Any]]) -> dict[str, Any]:
    """The whole document."""
    descriptions = fields.read([MEANINGS])
    schemas: dict[str, Any] = {}
    messages: dict[str, Any] = {}
    channels: dict[str, Any] = {}
    for (type_name, version), cls in sorted(catalogue.declared().items()):
        (reference,), parts = msgspec.json.schema_components([cls], ref_template="#/components/schemas/{name}")
        schemas |= parts
        name = f"{type_name}.v{version}"
        messages[name] = _message(cls, name, reference)
        owner = cls.__event__.owner
        channel = channels.setdefault(owner, _channel(owner))
        channel["messages"][name] = {"$ref": f"#/components/messages/{name}"}
    for shape, schema in schemas.items():
        properties = schema.get("properties", {})
        for field, inner in properties.items():
            if "$ref" in inner:  # nothing may stand beside a reference
                properties[field] = inner = {"allOf": [inner]}
            inner.setdefault("description", descriptions.of(shape, field).text)
    return {
        "asyncapi": "3.0.0",
        "id": "urn:himaya:events",
        "info": {
            "title": "Himaya events",
            "version": "1.0.0",
            "description": "CloudEvents 1.0, Kafka binary mode, at least once; consumers act once by the event's id.",
            "contact": {"name": "The fund that runs the platform"},
            "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
            "tags": [
                {"name": owner, "description": f"Events of {owner}, in the topic of that name."} for owner in channels
            ],
        },
        "servers": SERVERS,
        "defaultContentType": "application/json",
        "channels": channels,
        "operations": _operations(services),
        "components": {"messages": messages, "schemas": schemas},
    }


def _message(cls: type[Any], name: str, reference: Any) -> dict[str, Any]:
    text = {"type": "string"}
    properties = {"ce_type": {**text, "const": name, "description": "Type and version of the event."}}
    properties |= {header: {**text, **about} for header, about in HEADERS.items()}
    description = " ".join((inspect.getdoc(cls) or "").split())
    published = json.loads(catalogue.encode(example(cls)))
    return {
        "name": name,
        "title": cls.__name__,
        "summary": description.split(". ")[0].rstrip(".") + ".",
        "description": description,
        "contentType": "application/json",
        "headers": {
            "type": "object",
            "required": sorted(set(properties) - OPTIONAL_HEADERS),
            "properties": properties,
        },
        "payload": reference,
        "examples": [{"name": "made-up", "summary": "Made of the fields' types.", "payload": published}],
        "bindings": {"kafka": {"key": KEY, "bindingVersion": KAFKA_BINDING}},
    }


def _channel(owner: str) -> dict[str, Any]:
    return {
        "address": owner,
        "title": owner,
        "description": f"Events of {owner}, by fund and case in order; sent once {IN_SYNC_MIN} brokers have it.",
        "messages": {},
        "servers": [{"$ref": f"#/servers/{name}"} for name in SERVERS],
        "bindings": {
            "kafka": {
                "topic": owner,
                "partitions": PARTITIONS,
                "replicas": REPLICAS_SAFE,
                "bindingVersion": KAFKA_BINDING,
            }
        },
    }


def _operations(services: Sequence[Service[Any]]) -> dict[str, Any]:
    operations: dict[str, Any] = {}
    for owner in catalogue.owners():
        sent = sorted(
            f"{name}.v{version}"
            for (name, version), cls in catalogue.declared().items()
            if cls.__event__.owner == owner
        )
        operations[f"{owner}-tells"] = {
            "action": "send",
            "channel": {"$ref": f"#/channels/{owner}"},
            "title": f"{owner} sends",
            "summary": f"What {owner} publishes.",
            "description": f"What {owner} publishes, from its outbox; the key keeps the events of a case in order.",
            "bindings": {"kafka": {"clientId": {"type": "string"}, "bindingVersion": KAFKA_BINDING}},
            "messages": [{"$ref": f"#/channels/{owner}/messages/{name}"} for name in sent],
        }
    for service in services:
        types = service.all_reactions().types()
        for topic in sorted({type_name.partition(".")[0] for type_name, _ in types}):
            operations[f"{service.name}-reacts-to-{topic}"] = {
                "action": "receive",
                "channel": {"$ref": f"#/channels/{topic}"},
                "title": f"{service.name} receives from {topic}",
                "summary": f"What {service.name} acts on of what {topic} publishes.",
                "description": f"What {service.name} acts on, each event once; it passes the others of {topic} over.",
                "bindings": {
                    "kafka": {
                        "groupId": {"type": "string", "enum": [group_of(service.name)]},
                        "bindingVersion": KAFKA_BINDING,
                    }
                },
                "messages": [
                    {"$ref": f"#/channels/{topic}/messages/{type_name}.v{version}"}
                    for type_name, version in sorted(types)
                    if type_name.startswith(f"{topic}.")
                ],
            }
    return operations
