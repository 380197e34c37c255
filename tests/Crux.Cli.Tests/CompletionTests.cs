using System.Diagnostics;

namespace Crux.Cli.Tests;

public sealed class CompletionTests
{
    [Theory]
    [InlineData("crux sta", "status")]
    [InlineData("crux l", "leader log lookup")]
    [InlineData("crux log ", "list set")]
    [InlineData("crux secret n", "new")]
    [InlineData("crux completion b", "bash")]
    [InlineData("crux lookup --w", "--why")]
    [InlineData("crux members --js", "--json")]
    public async Task Bash_completes_commands_and_options(string typed, string offered) => Assert.Equal(offered, await CompleteAsync(typed));

    [Fact]
    public async Task Bash_completes_what_is_registered_now()
    {
        await using var node = await StaticNode.StartAsync();
        Assert.Equal("galumph2 galumph2_10 galumph2_3", await CompleteAsync("crux --timeout 20s lookup gal", node.Socket));
    }

    [Fact]
    public async Task Without_a_node_nothing_is_offered_and_nothing_is_said()
    {
        using var folder = new TemporaryFolder();
        Assert.Equal("", await CompleteAsync("crux lookup gal", folder.At("none.sock")));
    }

    [Theory]
    [InlineData("bash", "complete -F _crux crux")]
    [InlineData("zsh", "#compdef crux")]
    [InlineData("fish", "complete -c crux")]
    public async Task Each_shell_has_its_script(string shell, string part)
    {
        var run = await Transcript.OfAsync("completion", shell);
        Assert.Equal(ExitCode.Ok, run.Code);
        Assert.Contains(part, run.Out, StringComparison.Ordinal);
    }

    // As an interactive bash would: the line, the cursor at its end, and the words split at bash's own breaks.
    private static async Task<string> CompleteAsync(string typed, string? socket = null)
    {
        var asked = new ProcessStartInfo("bash");
        foreach (var word in new[] { "--noprofile", "--norc", "-c", Script, "bash", typed })
            asked.ArgumentList.Add(word);
        asked.Environment["PATH"] = $"{AppContext.BaseDirectory}:{Environment.GetEnvironmentVariable("PATH")}";
        if (socket is not null)
            asked.Environment[NodeSocket.Variable] = socket;
        var run = await ProcessRun.OfAsync(asked);
        Assert.True(run is { Code: 0, Error: "" }, $"bash said ({run.Code}): {run.Error}");
        return string.Join(' ', run.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal));
    }

    private const string Script = """
        set -u
        source <(crux completion bash)
        complete -p crux | grep -q _crux || { echo "no completion is registered" >&2; exit 1; }
        COMP_LINE=$1
        COMP_POINT=${#1}
        read -r -a COMP_WORDS <<< "$1"
        [[ $1 != *" " ]] || COMP_WORDS+=("")
        COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
        _crux
        printf '%s\n' "${COMPREPLY[@]+"${COMPREPLY[@]}"}"
        """;
}
