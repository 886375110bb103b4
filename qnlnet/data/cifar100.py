"""CIFAR-100 (Krizhevsky 2009): 60,000 colour images of 100 kinds of things in 20 groups, 32 × 32.

The MD5 of the archive is the one that its page publishes, those of the files are the ones that torchvision checks.
"""

from dataclasses import replace
from functools import partial

from qnlnet.data.cifar import CifarRelease, read_cifar
from qnlnet.data.release import RemoteFile

_MD5 = {
    "train": "16019d7e3df5f24257cddd939b257f8d",
    "test": "f0ef6b0ae62326f3e7ffdfab6717acfc",
    "meta": "7973b15100ade9c7d40fb424638fde48",
}
# In alphabetical order, as in the file called meta.
_FINE_NAMES = """
    apple aquarium_fish baby bear beaver bed bee beetle bicycle bottle bowl boy bridge bus butterfly camel can castle
    caterpillar cattle chair chimpanzee clock cloud cockroach couch crab crocodile cup dinosaur dolphin elephant
    flatfish forest fox girl hamster house kangaroo keyboard lamp lawn_mower leopard lion lizard lobster man maple_tree
    motorcycle mountain mouse mushroom oak_tree orange orchid otter palm_tree pear pickup_truck pine_tree plain plate
    poppy porcupine possum rabbit raccoon ray road rocket rose sea seal shark shrew skunk skyscraper snail snake spider
    squirrel streetcar sunflower sweet_pepper table tank telephone television tiger tractor train trout tulip turtle
    wardrobe whale willow_tree wolf woman worm
"""
_COARSE_NAMES = """
    aquatic_mammals fish flowers food_containers fruit_and_vegetables household_electrical_devices household_furniture
    insects large_carnivores large_man-made_outdoor_things large_natural_outdoor_scenes large_omnivores_and_herbivores
    medium_mammals non-insect_invertebrates people reptiles small_mammals trees vehicles_1 vehicles_2
"""

CIFAR100 = CifarRelease(
    title="CIFAR-100",
    folder="cifar-100-python",
    md5=_MD5,
    remotes=(
        RemoteFile(
            urls=("https://www.cs.toronto.edu/~kriz/cifar-100-python.tar.gz",),
            md5="eb9058c3a382ffc7106e4002c42a8d85",
            provides=tuple(_MD5),
            is_archive=True,
        ),
    ),
    class_names=tuple(_FINE_NAMES.split()),
    image_shape=(3, 32, 32),
    on_request="cifar100",
    train=("train",),
    test="test",
    meta="meta",
    label_key=b"fine_labels",
    names_key=b"fine_label_names",
)
# The same files; each of the 20 groups is a class.
CIFAR100_COARSE = replace(
    CIFAR100,
    class_names=tuple(_COARSE_NAMES.split()),
    label_key=b"coarse_labels",
    names_key=b"coarse_label_names",
)

read_cifar100 = partial(read_cifar, release=CIFAR100)
read_cifar100_coarse = partial(read_cifar, release=CIFAR100_COARSE)
