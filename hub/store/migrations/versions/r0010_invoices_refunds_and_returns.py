"""Invoices, refunds and returns."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hub.store.types import Instant, Json, Money

revision = "0010_0008"
down_revision = "0009_0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema forward."""
    _invoicing()
    _sales_document()
    _refund()
    _refund_line()
    _goods_return()
    _goods_return_line()


def _invoicing() -> None:
    op.create_table(
        "invoicing",
        sa.Column("tenant_id", sa.String(length=64), nullable=False),
        sa.Column("order_id", sa.String(length=64), nullable=False),
        sa.Column("division", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("difference", Money(), nullable=True),
        sa.Column("attempt_at", Instant(), nullable=True),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "order_id", name=op.f("pk_invoicing")),
    )
    op.create_index("ix_invoicing_status", "invoicing", ["tenant_id", "division", "status"], unique=False)


def _sales_document() -> None:
    op.create_table(
        "sales_document",
        sa.Column("tenant_id", sa.String(length=64), nullable=False),
        sa.Column("invoice_id", sa.String(length=64), nullable=False),
        sa.Column("order_id", sa.String(length=64), nullable=False),
        sa.Column("division", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("your_ref", sa.String(length=64), nullable=False),
        sa.Column("total", Money(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("by_hub", sa.Boolean(), nullable=False),
        sa.Column("noted_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "invoice_id", "order_id", name=op.f("pk_sales_document")),
    )
    op.create_index("ix_sales_document_order", "sales_document", ["tenant_id", "order_id"], unique=False)


def _refund() -> None:
    op.create_table(
        "refund",
        sa.Column("tenant_id", sa.String(length=64), nullable=False),
        sa.Column("refund_id", sa.String(length=64), nullable=False),
        sa.Column("order_id", sa.String(length=64), nullable=False),
        sa.Column("channel_id", sa.String(length=64), nullable=False),
        sa.Column("external_id", sa.String(length=128), nullable=False),
        sa.Column("origin", sa.String(length=16), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("total", Money(), nullable=False),
        sa.Column("reason", sa.String(length=128), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("cause", sa.String(length=32), nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("division", sa.Integer(), nullable=True),
        sa.Column("your_ref", sa.String(length=64), nullable=True),
        sa.Column("attempt_at", Instant(), nullable=True),
        sa.Column("parts", Json, nullable=True),
        sa.Column("invoice_id", sa.String(length=64), nullable=True),
        sa.Column("invoice_number", sa.Integer(), nullable=True),
        sa.Column("credited", Money(), nullable=True),
        sa.Column("stored_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "refund_id", name=op.f("pk_refund")),
    )
    op.create_index("ix_refund_external", "refund", ["tenant_id", "channel_id", "external_id"], unique=True)
    op.create_index("ix_refund_order", "refund", ["tenant_id", "order_id"], unique=False)
    op.create_index("ix_refund_status", "refund", ["tenant_id", "status"], unique=False)


def _refund_line() -> None:
    op.create_table(
        "refund_line",
        sa.Column("tenant_id", sa.String(length=64), nullable=False),
        sa.Column("refund_id", sa.String(length=64), nullable=False),
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("line_id", sa.String(length=128), nullable=True),
        sa.Column("charge", sa.String(length=16), nullable=True),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("gross", Money(), nullable=False),
        sa.Column("vat", Money(), nullable=True),
        sa.Column("restock", sa.Boolean(), nullable=False),
        sa.Column("covered", Money(), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "refund_id", "place", name=op.f("pk_refund_line")),
    )


def _goods_return() -> None:
    op.create_table(
        "goods_return",
        sa.Column("tenant_id", sa.String(length=64), nullable=False),
        sa.Column("return_id", sa.String(length=64), nullable=False),
        sa.Column("order_id", sa.String(length=64), nullable=False),
        sa.Column("channel_id", sa.String(length=64), nullable=False),
        sa.Column("external_id", sa.String(length=128), nullable=False),
        sa.Column("by_hand", sa.Boolean(), nullable=False),
        sa.Column("registered_at", Instant(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("cause", sa.String(length=32), nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("division", sa.Integer(), nullable=True),
        sa.Column("reference", sa.String(length=64), nullable=True),
        sa.Column("attempt_at", Instant(), nullable=True),
        sa.Column("parts", Json, nullable=True),
        sa.Column("planned_return_id", sa.String(length=64), nullable=True),
        sa.Column("return_number", sa.Integer(), nullable=True),
        sa.Column("stored_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "return_id", name=op.f("pk_goods_return")),
    )
    op.create_index(
        "ix_goods_return_external", "goods_return", ["tenant_id", "channel_id", "external_id", "order_id"], unique=True
    )
    op.create_index("ix_goods_return_order", "goods_return", ["tenant_id", "order_id"], unique=False)
    op.create_index("ix_goods_return_status", "goods_return", ["tenant_id", "status"], unique=False)


def _goods_return_line() -> None:
    op.create_table(
        "goods_return_line",
        sa.Column("tenant_id", sa.String(length=64), nullable=False),
        sa.Column("return_id", sa.String(length=64), nullable=False),
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("external_id", sa.String(length=128), nullable=False),
        sa.Column("line_id", sa.String(length=128), nullable=True),
        sa.Column("ean", sa.String(length=32), nullable=True),
        sa.Column("reason", sa.String(length=128), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("good", sa.Integer(), nullable=True),
        sa.Column("written_off", sa.Integer(), nullable=True),
        sa.Column("credited_units", sa.Integer(), nullable=True),
        sa.Column("credited", Money(), nullable=True),
        sa.Column("answer", sa.String(length=32), nullable=True),
        sa.Column("answer_status", sa.String(length=16), nullable=True),
        sa.Column("answer_process", sa.String(length=128), nullable=True),
        sa.Column("answer_problem", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "return_id", "place", name=op.f("pk_goods_return_line")),
    )
