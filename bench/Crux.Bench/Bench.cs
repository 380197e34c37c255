namespace Crux.Bench;

/// <summary>Something that is measured and kept.</summary>
/// <param name="Name">What <c>bench/run</c> calls it.</param>
/// <param name="Story">What is done, in a sentence or two.</param>
/// <param name="RunAsync">Does it; ends by itself.</param>
internal sealed record Bench(string Name, string Story, Func<CancellationToken, Task<IReadOnlyList<Row>>> RunAsync);
