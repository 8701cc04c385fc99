"""Common first names, and capitalized words that are none: for finding names of people by rule."""

FIRST_NAMES = frozenset(
    word
    for line in (
        "Aaron Abdul Abigail Adam Ada Adrian Agnes Ahmed Aisha Alan Albert Alejandro Alessandro Alex Alexander",
        "Alexandra Alfred Ali Alice Alicia Alina Amanda Amelia Amin Amir Amy Ana Anastasia Anders Andre Andrea",
        "Andreas Andrew Angela Anita Anja Anke Ann Anna Anne Annette Anthony Antoine Anton Antonio Arjun Arne",
        "Arthur Astrid Barbara Beate Beatrice Ben Benjamin Bernard Bernd Bettina Bianca Bill Birgit Bjorn Bob",
        "Boris Brenda Brian Bruno Camille Carl Carla Carlos Carmen Carol Caroline Catherine Cecilia Charles",
        "Charlotte Chen Chiara Chloe Chris Christian Christina Christine Christoph Christopher Claire Clara",
        "Claudia Claus Clemens Cornelia Cristina Dan Daniel Daniela David Deborah Denis Dennis Diana Diego Dieter",
        "Dimitri Dirk Dmitri Dominic Donald Dora Dorothea Doris Eduardo Edward Elena Eleanor Elias Elisa Elisabeth",
        "Elizabeth Ella Ellen Elsa Emil Emilia Emily Emma Eric Erik Erika Ernst Esther Eva Evelyn Fabian Fatima",
        "Felix Fernando Filip Finn Florian Frances Francesca Francesco Francis Francois Frank Franz Frederic",
        "Frederik Friedrich Fritz Gabriel Gabriela Gary Georg George Gerald Gerard Gerd Gerhard Gianni Gisela",
        "Giulia Giovanni Grace Greta Guido Guillermo Gustav Hannah Hannes Hans Harald Harry Hassan Heather Heidi",
        "Heike Heiko Heinrich Heinz Helen Helena Helene Helga Helmut Henri Henrik Henry Herbert Hermann Holger",
        "Hugo Ian Ibrahim Ida Igor Ines Inga Inge Ingrid Irene Iris Isabel Isabella Ivan Jack Jacob Jacques Jakob",
        "James Jan Jana Jane Janet Jason Jasmin Javier Jean Jeff Jennifer Jens Jerry Jessica Jim Joachim Joanna",
        "Joao Joe Joel Johan Johann Johanna Johannes John Jonas Jonathan Jorge Jose Josef Joseph Joshua Juan",
        "Judith Julia Julian Juliane Julie Jurgen Kai Karen Karim Karin Karl Karla Karsten Katharina Kathrin Katja",
        "Kevin Khalid Kim Klara Klaus Konrad Kristina Kurt Lara Lars Laura Lauren Laurent Lea Leah Lena Leo Leon",
        "Leonie Li Lia Liam Lily Linda Lisa Logan Lothar Louis Louise Luca Lucas Lucia Lucy Ludwig Luis Luisa",
        "Lukas Lydia Magda Magdalena Malik Manfred Manuel Manuela Marc Marcel Marco Marcus Margaret Margarete",
        "Maria Mariam Marianne Marie Marina Mario Marion Mark Markus Marta Martha Martin Martina Mary Mateo",
        "Mathias Mathilde Matteo Matthew Matthias Max Maximilian Maya Mehmet Mei Melanie Mia Michael Michaela",
        "Michelle Miguel Mike Mila Mina Miriam Mohamed Mohammed Monica Monika Moritz Muhammad Mustafa Nadia Nadine",
        "Nancy Naomi Natalie Natasha Nathan Nicholas Nick Nicola Nicolas Nicole Nikolai Nils Nina Noah Nora",
        "Norbert Norman Olaf Ole Oleg Olga Oliver Olivia Oscar Oskar Otto Pablo Pamela Paolo Patricia Patrick Paul",
        "Paula Pavel Pedro Peter Petra Philip Philipp Pierre Priya Rachel Rafael Rainer Ralf Ralph Ramon Raphael",
        "Raul Raymond Rebecca Regina Reinhard Renate Rene Ricardo Richard Rita Robert Roberta Roberto Robin Roger",
        "Roland Rolf Roman Rosa Rosemary Ruben Rudolf Rui Ruth Ryan Sabine Salma Samantha Samir Samuel Sandra Sara",
        "Sarah Sascha Sebastian Selma Sergei Sergio Silke Silvia Simon Simone Sofia Sonja Sophia Sophie Stefan",
        "Stefanie Stella Stephan Stephanie Stephen Steve Steven Stuart Susan Susanne Svetlana Sven Sylvia Tamara",
        "Tanja Tara Tatjana Teresa Theo Theodor Theresa Thomas Thorsten Tim Timo Tina Tobias Tom Tomas Tony",
        "Torsten Udo Ulrich Ulrike Ursula Ute Valentin Valentina Valeria Vanessa Vera Verena Veronica Victor",
        "Victoria Viktor Vincent Volker Walter Wang Wei Werner Wilhelm William Wolfgang Yan Yasmin Yuki Yusuf",
        "Yvonne Zoe",
    )
    for word in line.split()
)

NO_NAMES = frozenset(
    word
    for line in (
        "I I'm I've I'd I'll Mr Mrs Ms Dr Prof Sir Madam Dear Hello Hi Ok OK Yes No Please Thanks Monday Tuesday",
        "Wednesday Thursday Friday Saturday Sunday January February March April May June July August September",
        "October November December Christmas Easter Halloween Ramadan Internet Bluetooth Wi-Fi English German",
        "French Spanish Italian Portuguese Dutch Russian Chinese Japanese Korean Arabic Turkish Polish American",
        "British European Asian African Indian Swiss Austrian Danish Swedish Norwegian Finnish Greek Latin The A",
        "An This That These Those It He She We You They My Your His Her Our Their There Here And But Or If When",
        "While Where What Who Why How Which In On At By For From To With Of As Not All Some Any Each Every One Two",
        "Three",
    )
    for word in line.split()
)
