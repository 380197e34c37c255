namespace Crux.Client.Tests;

public sealed record ServedBy(string Instance);
