"""First and last names from many places, to make people of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Names:
    women: tuple[str, ...]
    men: tuple[str, ...]
    last: tuple[str, ...]


def _names(women: str, men: str, last: str) -> Names:
    return Names(tuple(women.split()), tuple(men.split()), tuple(last.split()))


PLACES: Final = (
    _names(
        "Ama Abena Akosua Efua Adwoa Esi Yaa",
        "Kwame Kofi Kojo Yaw Ekow Kwabena Nana",
        "Mensah Boateng Owusu Asante Osei Appiah Darko Addo",
    ),
    _names(
        "Ngozi Chioma Adaeze Folake Bisi Yetunde Amina",
        "Emeka Tunde Chidi Segun Obinna Ibrahim Dayo",
        "Adeyemi Okafor Balogun Eze Nwosu Bello Adebayo",
    ),
    _names(
        "Wanjiru Akinyi Njeri Achieng Zawadi Makena",
        "Kamau Otieno Mwangi Kiprop Juma Baraka",
        "Kariuki Odhiambo Wekesa Mutua Njoroge Cheruiyot",
    ),
    _names(
        "Thandiwe Lerato Nomsa Zanele Palesa",
        "Sipho Thabo Mandla Bongani Lwazi",
        "Dlamini Nkosi Mokoena Khumalo Ndlovu Botha",
    ),
    _names(
        "Priya Ananya Kavya Meera Divya Lakshmi",
        "Arjun Rohan Vikram Karthik Sanjay Aditya",
        "Sharma Patel Iyer Reddy Nair Banerjee Gupta",
    ),
    _names(
        "Mei Xiu Lan Jing Hui Yan",
        "Wei Jun Ming Hao Lei Feng",
        "Chen Wang Zhang Liu Huang Zhao Lin",
    ),
    _names(
        "Yuki Hana Aiko Sakura Naomi",
        "Kenji Haruto Daichi Takumi Ren",
        "Tanaka Suzuki Yamamoto Ito Kobayashi Mori",
    ),
    _names(
        "Fatima Leila Noor Yasmin Huda Rania",
        "Omar Hassan Karim Youssef Tariq Samir",
        "Haddad Khalil Mansour Rahman Farouk Nasser",
    ),
    _names(
        "Sofía Lucía Valentina Camila Isabel Marisol",
        "Mateo Diego Javier Andrés Rafael Joaquín",
        "García Rodríguez Hernández López Morales Vargas",
    ),
    _names(
        "Beatriz Larissa Juliana Carolina Teresa",
        "João Thiago Rafael Bruno Miguel",
        "Silva Souza Oliveira Pereira Ferreira Almeida",
    ),
    _names(
        "Camille Élodie Manon Chloé Hélène",
        "Julien Étienne Mathieu Lucas Olivier",
        "Dubois Laurent Moreau Lefèvre Fournier Mercier",
    ),
    _names(
        "Zofia Agnieszka Katarzyna Ewa Magdalena",
        "Jakub Tomasz Wojciech Marek Paweł",
        "Nowak Wiśniewski Zieliński Wójcik Lewandowski",
    ),
    _names(
        "Elif Zeynep Ayşe Merve Defne",
        "Mehmet Emre Kerem Burak Mustafa",
        "Yılmaz Kaya Demir Çelik Şahin Aydın",
    ),
    _names(
        "Linh Mai Thuy Trang Ngoc",
        "Minh Duc Tuan Quang Huy",
        "Nguyen Tran Pham Vo Dang",
    ),
    _names(
        "Emily Charlotte Megan Alice Rachel Hannah",
        "James Oliver Daniel Thomas Samuel George",
        "Walker Bennett Hughes Murray Foster Campbell",
    ),
    _names(
        "Ingrid Astrid Freja Sigrid Maja",
        "Lars Erik Bjørn Anders Nils",
        "Hansen Lindqvist Johansson Berg Sørensen",
    ),
)

# People whom the customers know. "Mum" is somebody else's name for four of them.
MUMS: Final = ("Esther Boateng", "Carmen Ortiz", "Sunita Rao", "Margaret Lewis")
FRIENDS: Final = ("Peter Okoro", "Peter Kowalski", "Grace Mensah", "Tomás Rivera")
