"""Spaces of observations and actions. Shapes are whole; what is drawn from a space is data."""
import numpy as np


class Space:
    def __init__(self, shape=None, dtype=None, seed=None):
        self._shape = None if shape is None else tuple(shape)
        self.dtype = dtype

    @property
    def shape(self):
        return self._shape

    def seed(self, seed=None):
        return seed

    def contains(self, x):
        return x in self


class Box(Space):
    def __init__(self, low, high, shape=None, dtype=np.float32, seed=None):
        if shape is None:
            shape = np.shape(low) if np.shape(low) != () else np.shape(high)
        super().__init__(shape, np.dtype(dtype), seed)
        self.low = np.full(self._shape, low, dtype=dtype) if np.shape(low) == () else low
        self.high = np.full(self._shape, high, dtype=dtype) if np.shape(high) == () else high

    def sample(self):
        return np.random.uniform(0.0, 1.0, self._shape).astype(self.dtype)


class Discrete(Space):
    def __init__(self, n, seed=None, start=0):
        super().__init__((), np.dtype(np.int64), seed)
        self.n = n
        self.start = start

    def sample(self):
        return np.random.randint(self.n)


class MultiDiscrete(Space):
    def __init__(self, nvec, dtype=np.int64, seed=None):
        self.nvec = np.array(nvec)
        super().__init__(self.nvec.shape, np.dtype(dtype), seed)

    def sample(self):
        return np.random.randint(0, 2, self._shape)


class MultiBinary(Space):
    def __init__(self, n, seed=None):
        self.n = n
        super().__init__(tuple(n) if isinstance(n, (list, tuple)) else (n,), np.dtype(np.int8), seed)

    def sample(self):
        return np.random.randint(0, 2, self._shape)


class Tuple(Space):
    def __init__(self, spaces, seed=None):
        super().__init__(None, None, seed)
        self.spaces = tuple(spaces)

    def __getitem__(self, index):
        return self.spaces[index]

    def __len__(self):
        return len(self.spaces)

    def __iter__(self):
        return iter(self.spaces)

    def sample(self):
        return tuple(space.sample() for space in self.spaces)


class Dict(Space):
    def __init__(self, spaces=None, seed=None, **others):
        super().__init__(None, None, seed)
        self.spaces = dict(spaces or {}, **others)

    def __getitem__(self, key):
        return self.spaces[key]

    def __len__(self):
        return len(self.spaces)

    def __iter__(self):
        return iter(self.spaces)

    def keys(self):
        return self.spaces.keys()

    def values(self):
        return self.spaces.values()

    def items(self):
        return self.spaces.items()

    def sample(self):
        return {key: space.sample() for key, space in self.spaces.items()}


def flatdim(space):
    if isinstance(space, Box):
        return int(np.prod(space.shape))
    if isinstance(space, Discrete):
        return space.n
    if isinstance(space, MultiBinary):
        return int(np.prod(space.shape))
    if isinstance(space, MultiDiscrete):
        return int(space.nvec.sum())
    return sum(flatdim(each) for each in (space.spaces.values() if isinstance(space, Dict) else space.spaces))


def batched(space, count):
    """The space of so many environments side by side."""
    if isinstance(space, Box):
        return Box(space.low.min(), space.high.max(), (count,) + space.shape, space.dtype)
    if isinstance(space, Discrete):
        return MultiDiscrete([space.n] * count)
    return Tuple([space] * count)
