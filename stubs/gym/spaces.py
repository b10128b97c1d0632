from gymnasium.spaces import *
