"""Sales of a past range decided again with other prices, taxes or rounding."""

from api.audit.what_if.jobs import WhatIfById, WhatIfs
from api.audit.what_if.orders import WhatIfOrders

__all__ = ["WhatIfById", "WhatIfOrders", "WhatIfs"]
