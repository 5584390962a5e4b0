"""Settings in memory."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from domain.catalog.categories import Category
from domain.catalog.products import Product
from domain.catalog.units import Unit
from domain.catalog.variant_types import VariantType
from domain.customers import Customer
from domain.errors import Detail, Invalid
from domain.payment_methods import MethodAtSale, PaymentMethod
from domain.pending import Pending
from domain.settings import DuplicateCode, DuplicateName, InUse, OtherStore, Setting, Use, name_key
from domain.shifts import Shift
from domain.storages import Storage
from domain.stores import Store
from domain.users import User
from tests.commands.memory.stock import balances_of, is_finer
from tests.commands.memory.world import World

#: What somebody refers to: by which field, of which kind, by which id.
Target = tuple[str, str, UUID]


def missing_references(
    world: World, company_id: UUID, targets: Iterable[Target], former: Collection[UUID] = ()
) -> list[Detail]:
    """Each field that refers to no open setting of its kind; what is kept need not be open."""
    there = {(one.kind, one.id) for one in world.settings(company_id) if not one.is_archived}
    return [
        Detail(field, "not_found", "There is none.")
        for field, kind, target in targets
        if (kind, target) not in there and target not in former
    ]


def check_references(
    world: World, company_id: UUID, targets: Sequence[Target], store_ids: Collection[UUID]
) -> None:
    """Raise Invalid for what refers to nothing, OtherStore for what lies outside these stores."""
    if details := missing_references(world, company_id, targets):
        raise Invalid(details=details)
    for _, _, target in targets:
        one = world.find(company_id, target)
        store_id = one.id if isinstance(one, Store) else None
        if isinstance(one, Storage):
            store_id = one.values["store_id"]
        if store_ids and store_id is not None and store_id not in store_ids:
            raise OtherStore


class MemorySettingContext:
    """What a decision about a setting must know of the others."""

    def __init__(
        self,
        world: World,
        company_id: UUID,
        kind: type[Setting],
        *,
        setting_id: UUID,
        values: Mapping[str, Any],
        store_ids: Collection[UUID],
    ) -> None:
        self._world = world
        self._company_id = company_id
        self._kind = kind
        self._values = values
        self._store_ids = store_ids
        self._id = setting_id
        own = world.find(company_id, setting_id)
        self._own = own if isinstance(own, Setting) else None
        self._all = [one for one in world.settings(company_id) if one.kind == kind.kind]

    def inherited(self) -> Mapping[str, Any]:
        company = self._world.company(self._company_id)
        return {name: company.values[name] for name in self._kind.inherited} if company else {}

    def check(self) -> None:
        targets = self._targets()
        check_references(self._world, self._company_id, targets, self._store_ids)
        if details := [*self._wrong_places(targets), *self._unlike_the_company()]:
            raise Invalid(details=details)
        self._check_unique()
        self._check_options()
        finer = self._kind is Unit and "precision" in self._values
        if finer and is_finer(self._world, self._company_id, self._id, self._values["precision"]):
            raise InUse(details=[Detail("precision", InUse.code, "There is finer stock.")])

    def _targets(self) -> list[Target]:
        targets: list[Target] = []
        for reference in self._kind.references:
            value = self._values.get(reference.field)
            if isinstance(value, UUID):
                targets.append((reference.field, reference.kind, value))
            else:
                named = enumerate(value or ())
                targets += [(f"{reference.field}.{index}", reference.kind, one) for index, one in named]
        return targets

    def _wrong_places(self, targets: Iterable[Target]) -> Iterable[Detail]:
        for field, kind, target in targets:
            if kind != self._kind.kind:
                continue
            above = self._above(field, target)
            if self._id in above:
                yield Detail(field, "ring", "Nothing can hang under itself.")
            elif self._kind.deepest and len(above) + 1 + self._levels_below(self._id) > self._kind.deepest:
                yield Detail(field, "too_deep", "The tree has no more levels.")

    def _above(self, field: str, target: UUID) -> list[UUID]:
        parents = {one.id: one.values[field] for one in self._all}
        above, one = [target], parents.get(target)
        while one is not None and one not in above:
            above.append(one)
            one = parents.get(one)
        return above

    def _levels_below(self, top: UUID) -> int:
        children = [one.id for one in self._all if one.values["parent_id"] == top and not one.is_archived]
        return max((1 + self._levels_below(child) for child in children), default=0)

    def _unlike_the_company(self) -> Iterable[Detail]:
        for field in self._kind.common:
            if field in self._values and self._values[field] != self.inherited().get(field):
                yield Detail(field, "not_the_companys", "It must be the company's.")

    def _check_unique(self) -> None:
        values = {**(self._own.values if self._own else {}), **self._values}
        scope = values.get(self._kind.scope) if self._kind.scope else None
        others = [
            one.values
            for one in self._all
            if one.id != self._id
            and not one.is_archived
            and (one.values[self._kind.scope] if self._kind.scope else None) == scope
        ]
        if any(name_key(one["name"]) == name_key(values["name"]) for one in others):
            raise DuplicateName(details=[Detail("name", DuplicateName.code, "Another has it.")])
        code = values.get("code")
        if code and any(one.get("code") and name_key(one["code"]) == name_key(code) for one in others):
            raise DuplicateCode(details=[Detail("code", DuplicateCode.code, "Another has it.")])

    def _check_options(self) -> None:
        """Raise InUse for the name or the values of a variant type that variants would lose."""
        if self._kind is not VariantType or self._own is None:
            return
        name, values = self._own.values["name"], self._own.values["values"]
        is_renamed = self._values.get("name", name) != name
        dropped = set(values) - set(self._values.get("values", values))
        has = {variant.options.get(name) for variant in _variants(self._world, self._company_id)} - {None}
        if used := has if is_renamed else has & dropped:
            field = "name" if is_renamed else "values"
            raise InUse(details=[Detail(field, "in_use", f"Variants have {one}.") for one in used])


class MemorySettings:
    """The settings of a company."""

    def __init__(self, world: World, company_id: UUID) -> None:
        self._world = world
        self._company_id = company_id

    def context(
        self,
        kind: type[Setting],
        setting_id: UUID,
        values: Mapping[str, Any],
        *,
        store_ids: tuple[UUID, ...] = (),
    ) -> MemorySettingContext:
        return MemorySettingContext(
            self._world, self._company_id, kind, setting_id=setting_id, values=values, store_ids=store_ids
        )

    def position(self, setting: Setting) -> Mapping[str, Any]:
        if not isinstance(setting, Category):
            return {}
        path = [{"id": setting.id, "name": setting.values["name"]}]
        parent_id = setting.values["parent_id"]
        while isinstance(parent := self._world.find(self._company_id, parent_id), Category):
            path.insert(0, {"id": parent.id, "name": parent.values["name"]})
            parent_id = parent.values["parent_id"]
        return {"path": path, "depth": len(path)}

    def payment_methods(self, codes: Iterable[str]) -> Pending[Mapping[str, MethodAtSale]]:
        own = {
            name_key(one.values["code"]): MethodAtSale(
                code=one.values["code"],
                requires_reference=one.values["requires_reference"],
                kind=one.values["kind"],
            )
            for one in self._world.all(self._company_id, PaymentMethod)
            if not one.is_archived
        }
        methods = {code: own[name_key(code)] for code in codes if name_key(code) in own}
        return Pending(lambda: methods)

    def used_by(self, setting_id: UUID) -> list[Use]:
        own = self._world.find(self._company_id, setting_id)
        is_option = isinstance(own, VariantType) and any(
            own.values["name"] in variant.options for variant in _variants(self._world, self._company_id)
        )
        uses: dict[Use, bool] = {
            "settings": self._is_named(setting_id, self._world.settings(self._company_id)),
            "products": is_option or self._is_named(setting_id, self._world.all(self._company_id, Product)),
            "stock": any(
                storage_id == setting_id and balance.quantity
                for (storage_id, _), balance in balances_of(self._world, self._company_id).items()
            ),
            "shifts": any(
                shift.opened.register_id == setting_id and shift.status != "closed"
                for shift in self._world.all(self._company_id, Shift)
            ),
            "users": self._is_named(setting_id, self._world.all(self._company_id, User)),
            "customers": self._is_named(setting_id, self._world.all(self._company_id, Customer)),
        }
        return [name for name, is_used in uses.items() if is_used]

    def _is_named(self, setting_id: UUID, entities: Iterable[Any]) -> bool:
        return any(_names(one.values, setting_id) for one in entities if not one.is_archived)


def _names(values: Mapping[str, Any], setting_id: UUID) -> bool:
    return any(
        value == setting_id or (isinstance(value, tuple) and setting_id in value) for value in values.values()
    )


def _variants(world: World, company_id: UUID) -> list[Any]:
    products = [one for one in world.all(company_id, Product) if not one.is_archived]
    return [variant for product in products for variant in product.variants.values()]
