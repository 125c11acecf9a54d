"""The shapes of uploads over HTTP."""

from marshmallow import Schema, fields


class UploadBody(Schema):
    """Nothing beside the file: what the paper is for is said where it is used."""


class UploadView(Schema):
    """A paper that the fund keeps for a person, as it was made anew: `sha256` and `size` are not the sender's."""

    upload_id = fields.String(required=True)
    person_ref = fields.String(required=True)
    media_type = fields.String(required=True)
    sha256 = fields.String(required=True)
    size = fields.Integer(required=True, metadata={"description": "Bytes"})
    pages = fields.Integer(required=True)
    stored_at = fields.AwareDateTime(required=True)
