from gymnasium.wrappers import *
