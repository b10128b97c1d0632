from gym import spaces, vector, wrappers
from gym.core import ActionWrapper, Env, ObservationWrapper, RewardWrapper, Wrapper, make
from gym.spaces import Space
