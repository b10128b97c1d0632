from gymnasium import vector
from gymnasium.core import OfAnyRelease
from gym.core import make as make_one


class VectorEnv(OfAnyRelease, vector.VectorEnv):
    pass


class SyncVectorEnv(OfAnyRelease, vector.SyncVectorEnv):
    pass


AsyncVectorEnv = SyncVectorEnv
VectorEnvWrapper = vector.VectorEnvWrapper


def make(id, num_envs=1, **kwargs):
    return SyncVectorEnv([lambda: make_one(id)] * num_envs)
