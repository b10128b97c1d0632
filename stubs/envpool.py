"""Many games side by side by their published spaces: frames in grey, 84 by 84, four stacked."""
from convlens import assume, unknown
from gymnasium import spaces
from gymnasium.published import spaces_of
from gymnasium.core import OfAnyRelease
from gymnasium.vector import VectorEnv


def make(task_id, env_type="gym", num_envs=1, img_height=84, img_width=84, stack_num=4, gray_scale=True, **options):
    observation, actions, dtype = spaces_of(task_id)
    if dtype == "uint8":
        observation = (stack_num if gray_scale else 3 * stack_num, img_height, img_width)
        assume(f"the spaces of {task_id} as envpool gives them: observations {observation}, actions {actions}")
    else:
        observation = actions = unknown(f"the spaces of the environment {task_id} are not known")
    return Pool(num_envs, spaces.Box(0, 255, observation, dtype), spaces.Discrete(actions))


class Pool(OfAnyRelease, VectorEnv):
    """Its spaces are those of one environment."""

    def __init__(self, num_envs, observation_space, action_space):
        super().__init__(num_envs, observation_space, action_space)
        self.observation_space = observation_space
        self.action_space = action_space


def make_gym(task_id, **options):
    return make(task_id, "gym", **options)
