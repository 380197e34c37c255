using System.Runtime.CompilerServices;

namespace Crux.Services;

/// <summary>A value that one writer replaces and any number of readers follow. A slow reader skips to the newest.</summary>
/// <remarks>One writer; readers on any thread.</remarks>
public sealed class Latest<T>(T first) where T : class
{
    private volatile Edition _edition = new(first, IsLast: false);

    /// <summary>The newest value.</summary>
    public T Current => _edition.Value;

    /// <summary>Replaces it. One caller at a time.</summary>
    public void Publish(T value) => Replace(new Edition(value, IsLast: false));

    /// <summary>No newer value will come: readers see the last one and end.</summary>
    public void Complete() => Replace(new Edition(_edition.Value, IsLast: true));

    /// <summary>The value now, and after every change; ends after <see cref="Complete"/>.</summary>
    public async IAsyncEnumerable<T> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (T? seen = null; ;)
        {
            var edition = _edition;
            if (!ReferenceEquals(edition.Value, seen))
                yield return seen = edition.Value;
            if (edition.IsLast)
                yield break;
            await edition.Superseded.Task.WaitAsync(cancellationToken);
        }
    }

    private void Replace(Edition next)
    {
        var was = _edition;
        _edition = next;
        was.Superseded.TrySetResult();
    }

    private sealed record Edition(T Value, bool IsLast)
    {
        public TaskCompletionSource Superseded { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
