from gymnasium import spaces
from gymnasium.core import Env, make as make_one, outcome


class VectorEnv(Env):
    def __init__(self, num_envs, observation_space, action_space):
        self.num_envs = num_envs
        self.is_vector_env = True
        self.single_observation_space = observation_space
        self.single_action_space = action_space
        self.observation_space = spaces.batched(observation_space, num_envs)
        self.action_space = spaces.batched(action_space, num_envs)

    def step(self, action):
        return self.observation_space.sample(), *outcome()


class SyncVectorEnv(VectorEnv):
    def __init__(self, env_fns, *args, **kwargs):
        self.envs = [make_env() for make_env in env_fns]
        first = self.envs[0]
        super().__init__(len(self.envs), first.observation_space, first.action_space)


AsyncVectorEnv = SyncVectorEnv


class VectorEnvWrapper(VectorEnv):
    def __init__(self, env):
        self.env = env

    def __getattr__(self, name):
        return getattr(self.env, name)

    def reset(self, **kwargs):
        return self.env.reset(**kwargs)

    def step(self, action):
        return self.env.step(action)


VectorWrapper = VectorEnvWrapper


def make(id, num_envs=1, **kwargs):
    return SyncVectorEnv([lambda: make_one(id)] * num_envs)
