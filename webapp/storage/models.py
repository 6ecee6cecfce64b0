"""Two tables as peewee models, for queries that are small and not hot.

The migrations define the schema; a test compares the two. Paging, the list, receiving
and the outbox use SQL, because building model objects costs five times the query.
"""

from peewee import BlobField, BooleanField, IntegerField, Model, TextField

from webapp.storage.bound_models import MODELS


class AccountModel(Model):
    """The one account of this database."""

    id = IntegerField(primary_key=True)
    seed = BlobField()
    name = TextField()
    profile_updated_s = IntegerField()
    network = TextField()
    words_confirmed = BooleanField()

    class Meta:
        database = MODELS
        table_name = "account"


class ContactModel(Model):
    """A person this account knows."""

    account_id = BlobField(primary_key=True)
    name = TextField(null=True)
    profile_updated_s = IntegerField()
    approved = BooleanField()
    approved_me = BooleanField()
    blocked = BooleanField()
    nickname = TextField(null=True)

    class Meta:
        database = MODELS
        table_name = "contact"
