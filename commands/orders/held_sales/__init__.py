"""Parked sales: parking a basket, taking it up again, giving it up."""
