namespace Crux.Client.Tests.Attempts;

/// <summary>For tests that weigh the heap: nothing else runs meanwhile.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class AlonePlease
{
    public const string Name = "alone";
}
