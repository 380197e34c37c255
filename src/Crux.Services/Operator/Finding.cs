namespace Crux.Services.Operator;

/// <summary>One thing that the doctor found.</summary>
/// <param name="Code">A name for it that never changes its meaning: <c>wrong-secret</c>, <c>firewall</c>.</param>
/// <param name="IsTrouble">Whether something should be done.</param>
/// <param name="What">What is so, in a sentence.</param>
/// <param name="Remedy">What to do; empty where nothing is to be done.</param>
public sealed record Finding(string Code, bool IsTrouble, string What, string Remedy);
