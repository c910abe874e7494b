"""What an idea about evaluation says on the data at hand: a paper's questions, asked again of anybody's submissions."""
