using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Crux.Services;

/// <summary>Follows two values for somebody who tells of both at once.</summary>
internal static class EitherChange
{
    /// <summary>One element when both have been seen, and then after every change of either; changes that come together are one. Ends with either, or with its fault.</summary>
    public static async IAsyncEnumerable<bool> WatchAsync<TOne, TOther>(
        Func<CancellationToken, IAsyncEnumerable<TOne>> one, Func<CancellationToken, IAsyncEnumerable<TOther>> other, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var changes = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest });
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var (first, second) = (new TaskCompletionSource(), new TaskCompletionSource());
        var feeding = Task.WhenAll(FeedAsync(one(over.Token), first), FeedAsync(other(over.Token), second));
        try
        {
            await Task.WhenAny(Task.WhenAll(first.Task, second.Task), changes.Reader.Completion);
            await foreach (var change in changes.Reader.ReadAllAsync(cancellationToken))
                yield return change;
        }
        finally
        {
            await over.CancelAsync();
            await feeding.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        async Task FeedAsync<T>(IAsyncEnumerable<T> values, TaskCompletionSource seen)
        {
            try
            {
                await foreach (var _ in values)
                {
                    seen.TrySetResult();
                    changes.Writer.TryWrite(true);
                }
                changes.Writer.TryComplete();
            }
            catch (Exception exception)
            {
                changes.Writer.TryComplete(exception);
            }
        }
    }
}
