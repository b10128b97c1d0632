from convlens import assume, unknown
from gymnasium import spaces
from gymnasium.published import spaces_of


class Env:
    metadata = {}
    reward_range = (-float("inf"), float("inf"))
    spec = None

    @property
    def unwrapped(self):
        return self

    def reset(self, *, seed=None, options=None):
        return self.observation_space.sample(), unknown("what a reset tells")

    def step(self, action):
        return self.observation_space.sample(), *outcome()

    def render(self, *args, **kwargs):
        pass

    def seed(self, seed=None):
        return [seed]

    def close(self):
        pass


class Published(Env):
    """An environment that is known by its published spaces."""

    def __init__(self, name):
        observation, action, dtype = spaces_of(name)
        self.observation_space = space_of(observation, dtype)
        self.action_space = space_of(action, "float32")
        self.spec = Spec(name)
        assume(f"the spaces of {name} as published: observations {observation}, actions {action}")

    def get_action_meanings(self):
        meanings = ["NOOP", "FIRE", "UP", "RIGHT", "LEFT", "DOWN"] + ["MOVE"] * 12
        return meanings[: self.action_space.n]


class OfAnyRelease:
    """gym's answers: how many values they have hangs on its release."""

    def reset(self, **kwargs):
        return unknown("what a reset gives hangs on the release of gym")

    def step(self, action):
        return unknown("what a step gives hangs on the release of gym")


class PublishedByGym(OfAnyRelease, Published):
    pass


class Spec:
    def __init__(self, name):
        self.id = name


class Wrapper(Env):
    def __init__(self, env):
        self.env = env

    def __getattr__(self, name):
        return getattr(self.env, name)

    @property
    def unwrapped(self):
        return self.env.unwrapped

    def reset(self, **kwargs):
        return self.env.reset(**kwargs)

    def step(self, action):
        return self.env.step(action)


class ObservationWrapper(Wrapper):
    pass


class RewardWrapper(Wrapper):
    pass


class ActionWrapper(Wrapper):
    pass


def space_of(size, dtype):
    if isinstance(size, int):
        return spaces.Discrete(size)
    low, high = (0, 255) if dtype == "uint8" else (-1.0, 1.0)
    return spaces.Box(low, high, size, dtype)


def outcome():
    """Reward, whether it ended, was cut short, and what else a step tells."""
    return unknown("a reward"), unknown("the end of an episode"), unknown("the end of an episode"), unknown("what a step tells")


def make(id, **kwargs):
    return Published(id)
