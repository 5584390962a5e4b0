"""Signing devices beside decisions: asked between two attempts, while neither lock nor connection is held."""

from typing import Protocol
from uuid import UUID

from commands.ports import Caller
from domain.fiscal.signatures import ReceiptSignature, ReceiptToSign

#: How often a device is asked for one request. An exchange has two receipts; what a receipt says may change
#: between two attempts, such as its number when another till of the same code sells.
MOST = 6


class SigningDevice(Protocol):
    """A device that signs for some stores."""

    def signs_for(self, company_id: UUID, receipt: ReceiptToSign) -> bool:
        """Whether it signs receipts of this place."""

    def rest(self) -> ReceiptSignature | None:
        """What to record instead of asking it; None while it answers, or is to be tried again."""

    def ask(self, company_id: UUID, receipt: ReceiptToSign) -> ReceiptSignature:
        """What it says of a receipt, or since when it says nothing; the same one again has one signature."""

    def busy(self) -> ReceiptSignature:
        """What to record of a receipt that changes whenever the device has signed it."""


class AskDevice(Exception):
    """No error: a decision goes on once the device was asked about this receipt."""

    def __init__(self, receipt: ReceiptToSign) -> None:
        super().__init__()
        self.receipt = receipt


class NoDevice:
    """No device is set up: nothing is signed."""

    is_set_up = False

    def sign(self, receipt: ReceiptToSign) -> ReceiptSignature | None:  # noqa: ARG002 nobody is asked
        """Nothing."""
        return None

    def keep(self, new_id: UUID) -> UUID:
        """The id itself."""
        return new_id


NO_DEVICE = NoDevice()


class Signing:
    """What a device said during one request, whose attempts all make the same ids."""

    is_set_up = True

    def __init__(self, device: SigningDevice, caller: Caller) -> None:
        self._device = device
        self._company_id = caller.company_id
        self._said: dict[ReceiptToSign, ReceiptSignature] = {}
        self._ids: list[UUID] = []
        self._at = 0

    def begin(self) -> None:
        """Begin an attempt."""
        self._at = 0

    def keep(self, new_id: UUID) -> UUID:
        """The id that the attempt before made at this place, or this one."""
        if self._at == len(self._ids):
            self._ids.append(new_id)
        self._at += 1
        return self._ids[self._at - 1]

    def sign(self, receipt: ReceiptToSign) -> ReceiptSignature | None:
        """What the device said of the receipt. Raises AskDevice, for the attempt to be given up."""
        if receipt in self._said:
            return self._said[receipt]
        if not self._device.signs_for(self._company_id, receipt):
            return None
        if resting := self._device.rest():
            return resting
        if len(self._said) >= MOST:
            return self._device.busy()
        raise AskDevice(receipt)

    def ask(self, receipt: ReceiptToSign) -> None:
        """Ask it."""
        self._said[receipt] = self._device.ask(self._company_id, receipt)
