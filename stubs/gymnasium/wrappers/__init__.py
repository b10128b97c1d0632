"""Wrappers by what they do to the spaces of an environment; what they do to its data is not followed."""
from gymnasium import spaces
from gymnasium.core import Wrapper


class _AsItIs(Wrapper):
    def __init__(self, env, *args, **kwargs):
        super().__init__(env)


class RecordEpisodeStatistics(_AsItIs):
    pass


class RecordVideo(_AsItIs):
    pass


class Monitor(_AsItIs):
    pass


class TimeLimit(_AsItIs):
    pass


class ClipAction(_AsItIs):
    pass


class RescaleAction(_AsItIs):
    pass


class NormalizeObservation(_AsItIs):
    pass


class NormalizeReward(_AsItIs):
    pass


class TransformReward(_AsItIs):
    pass


class AutoResetWrapper(_AsItIs):
    pass


class OrderEnforcing(_AsItIs):
    pass


class TransformObservation(Wrapper):
    def __init__(self, env, func, observation_space=None):
        super().__init__(env)
        self.observation_space = env.observation_space if observation_space is None else observation_space


def _changed(space, shape):
    return spaces.Box(space.low.min(), space.high.max(), shape, space.dtype)


class ResizeObservation(Wrapper):
    def __init__(self, env, shape):
        super().__init__(env)
        size = (shape, shape) if isinstance(shape, int) else tuple(shape)
        self.observation_space = _changed(env.observation_space, size + env.observation_space.shape[2:])


class GrayScaleObservation(Wrapper):
    def __init__(self, env, keep_dim=False):
        super().__init__(env)
        size = env.observation_space.shape[:2] + ((1,) if keep_dim else ())
        self.observation_space = _changed(env.observation_space, size)


GrayscaleObservation = GrayScaleObservation


class FrameStack(Wrapper):
    def __init__(self, env, num_stack, *args, **kwargs):
        super().__init__(env)
        self.observation_space = _changed(env.observation_space, (num_stack,) + env.observation_space.shape)


class FrameStackObservation(Wrapper):
    def __init__(self, env, stack_size, *args, **kwargs):
        super().__init__(env)
        self.observation_space = _changed(env.observation_space, (stack_size,) + env.observation_space.shape)


class FlattenObservation(Wrapper):
    def __init__(self, env):
        super().__init__(env)
        self.observation_space = _changed(env.observation_space, (spaces.flatdim(env.observation_space),))


class AtariPreprocessing(Wrapper):
    def __init__(
        self,
        env,
        noop_max=30,
        frame_skip=4,
        screen_size=84,
        terminal_on_life_loss=False,
        grayscale_obs=True,
        grayscale_newaxis=False,
        scale_obs=False,
    ):
        super().__init__(env)
        colours = () if grayscale_obs and not grayscale_newaxis else (1,) if grayscale_obs else (3,)
        size = (screen_size, screen_size) if isinstance(screen_size, int) else tuple(screen_size)[::-1]
        self.observation_space = _changed(env.observation_space, size + colours)
