"""What a transaction asked at once and is going to ask one by one: a batch of many alike things reads with some queries
what each of them would look up by itself. The answers are kept as the transaction's own writes change them, so that
these may wait and be made together. What was not asked ahead is asked of the database, as ever.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from shared.storage.connection import Document

Fields = tuple[str, ...]
Values = tuple[object, ...]


@dataclass
class ReadAhead:
    """Documents by collection and id (None: there is none), and which of them answer an equality: by its fields, in
    their order, and their values."""

    _documents: dict[str, dict[str, Document | None]] = field(default_factory=dict)
    _answers: dict[str, dict[Fields, dict[Values, dict[str, None]]]] = field(default_factory=dict)

    def is_on(self, collection: str) -> bool:
        """Whether something of the collection was read ahead, and nothing was written past this memory since."""
        return collection in self._documents

    def keep(self, collection: str, documents: Mapping[str, Document | None]) -> None:
        """What stands under these ids."""
        self._documents.setdefault(collection, {}).update(documents)

    def keep_answers(
        self, collection: str, asked: Iterable[Mapping[str, object]], documents: Iterable[Document]
    ) -> None:
        """Equalities of the same fields, and all documents that answer one of them."""
        answers: dict[Values, dict[str, None]] = {}
        fields: Fields = ()
        for equal in asked:
            fields = tuple(sorted(equal))
            answers[_values(equal, fields)] = {}
        for document in documents:
            answers[_values(document, fields)][str(document["_id"])] = None
            self.keep(collection, {str(document["_id"]): document})
        self._documents.setdefault(collection, {})
        self._answers.setdefault(collection, {}).setdefault(fields, {}).update(answers)

    def knows(self, collection: str, key: str) -> bool:
        return key in self._documents.get(collection, {})

    def document(self, collection: str, key: str) -> Document | None:
        """What stands under an id that it `knows`."""
        return self._documents[collection][key]

    def answer(
        self, collection: str, equal: Mapping[str, object], *, sort: Sequence[tuple[str, int]] = ()
    ) -> list[Document] | None:
        """The documents that equal what is given; None where that was not asked ahead."""
        fields = tuple(sorted(equal))
        answers = self._answers.get(collection, {}).get(fields)
        if answers is None or not all(isinstance(value, str) for value in equal.values()):
            return None
        keys = answers.get(_values(equal, fields))
        if keys is None:
            return None
        found = [document for key in keys if (document := self._documents[collection][key]) is not None]
        for name, direction in reversed(sort):
            found.sort(key=lambda document: str(document[name]), reverse=direction < 0)
        return found

    def write(self, collection: str, key: str, document: Document | None) -> None:
        """The transaction writes a document, or removes it: each answer has it from now on, or has it no more."""
        documents = self._documents.get(collection)
        if documents is None:
            return
        for fields, answers in self._answers.get(collection, {}).items():
            if (before := documents.get(key)) is not None:
                answers.get(_values(before, fields), {}).pop(key, None)
            if document is not None and (keys := answers.get(_values(document, fields))) is not None:
                keys[key] = None
        documents[key] = document

    def revise(self, collection: str, key: str, change: Document) -> None:
        """The transaction sets fields of a document. Of one that was not read, what else it has is not known."""
        if not self.is_on(collection):
            return
        before = self._documents[collection].get(key)
        if before is None:
            self.forget(collection)
        else:
            self.write(collection, key, {**before, **change})

    def forget(self, collection: str) -> None:
        """Something else than single documents was written."""
        self._documents.pop(collection, None)
        self._answers.pop(collection, None)


def _values(document: Mapping[str, object], fields: Fields) -> Values:
    return tuple(document.get(name) for name in fields)
