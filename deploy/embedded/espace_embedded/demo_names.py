"""Names and addresses of the demonstration: all invented, as odd as the ones that real files hold.

Read by `demo_data`, which deals them out differently for each brand.
"""

LAST_NAMES = (
    "Le Gall", "N'Guyen", "Casanova", "O’Neil", "Saint-Exupéry (de)", "L'Haÿ", "Œuvrard", "Dupont--Martin", "Müller",
    "Da Silva", "d'Arc", "Garçon", "Prévost", "Mendès", "Le Bihan", "Ferracci", "Hoareau", "Payet", "Benali",
    "Lefèvre", "Traoré", "Nguyễn", "Bérenger", "Etcheverry", "Kowalski", "Schmitt", "de La Rochefoucauld", "Ô",
)  # fmt: skip

WOMEN = (
    "Maëlys", "Marie-Noëlle", "Zoë", "Anaïs", "Léa-Rose", "Inès", "Éléonore", "Françoise", "Aïcha", "Thi Mai",
    "Geneviève", "Lætitia", "Hélène",
)  # fmt: skip

MEN = (
    "Loïc", "Fañch", "Aÿmeric", "Jean-François", "Noël", "Gaëtan", "Rémy", "Étienne", "Mamadou", "Jérôme", "Ange",
    "Karim", "François-Xavier",
)  # fmt: skip

NOBLE_NAME = "de Clermont-Tonnerre de Saint-Aulaire de La Rochefoucauld d’Estissac"

HOMES: tuple[dict[str, str], ...] = (
    {"street": "2 bis, rue des Écoles", "postal_code": "75005", "city": "Paris"},
    {"street": "14 ter, chemin du Moulin", "locality": "Kerouz", "postal_code": "29120", "city": "Pont-l’Abbé"},
    {"street": "7 rue de l’Église", "postal_code": "20000", "city": "Ajaccio"},
    {"complement": "Appartement 12", "street": "801 boulevard de la République", "postal_code": "59420", "city": "Mouvaux"},
    {"complement": "Chez Mme Le Goff", "street": "3 place du Marché", "postal_code": "67160", "city": "Wissembourg"},
    {"building": "Résidence Les Tilleuls", "street": "42 avenue Foch", "postal_code": "94240", "city": "L’Haÿ-les-Roses"},
    {"street": "1 quai s/s les Remparts", "postal_code": "21000", "city": "Dijon"},
)  # fmt: skip

ODD_HOMES: dict[str, dict[str, str]] = {
    "long town": {
        "street": "5 rue de la Mairie",
        "postal_code": "51290",
        "city": "Saint-Remy-en-Bouzemont-Saint-Genest-et-Isson",
    },
    "long building": {
        "complement": "Appartement 12",
        "building": "Résidence Les Tilleuls, Bâtiment C, Entrée 2",
        "street": "9 rue du Général-de-Gaulle",
        "postal_code": "69100",
        "city": "Villeurbanne",
    },
    "one letter": {"locality": "Lieu-dit Le Bout", "postal_code": "80190", "city": "Y"},
    "cedex": {"locality": "TSA 12345", "postal_code": "75999", "city": "PARIS CEDEX 99"},
    "post box": {"street": "Hôtel des Postes", "locality": "BP 12", "postal_code": "61460", "city": "Bellême"},
    "overseas": {"street": "18 ruelle Pavée", "postal_code": "97480", "city": "Saint-Joseph", "country": "RE"},
    "monaco": {"street": "4 rue Basse", "postal_code": "98000", "city": "Monaco", "country": "MC"},
    "abroad": {"street": "Rue Haute 21 boîte 3", "postal_code": "1000", "city": "Bruxelles", "country": "BE"},
    "army": {"complement": "Secteur postal 61001", "postal_code": "00610", "city": "ARMEES"},
}
