package io.evenkeel.log;

/// The formats that are recognised. Each is a tool's own, or a general one with any names in it.
public enum LogFormat {
    RUN_DIRECTORY("Evenkeel run directory"),
    TENSORBOARD("TensorBoard event files"),
    DELIMITED("delimited table (CSV, TSV)"),
    LIGHTNING_CSV("Lightning metrics.csv"),
    KERAS_CSV("Keras CSVLogger"),
    WANDB_CSV("W&B export (CSV)"),
    JSON_LINES("JSON lines"),
    WANDB_JSON_LINES("W&B history (JSON lines)"),
    JSON_RECORDS("JSON array of records"),
    TRAINER_STATE("Hugging Face trainer_state.json"),
    KERAS_HISTORY("Keras history (JSON)"),
    PARQUET("Parquet"),
    WANDB_FILE("W&B run file (.wandb)"),
    MEGATRON("Megatron-LM log"),
    GPT_NEOX("GPT-NeoX log"),
    DEEPSPEED("DeepSpeed log"),
    NANOGPT("nanoGPT log"),
    NANOCHAT("nanochat log"),
    LLM_C("llm.c log"),
    MODDED_NANOGPT("modded-nanoGPT log"),
    OLMO("OLMo log"),
    TORCHTITAN("torchtitan log"),
    HUGGING_FACE_LINES("Hugging Face Trainer output"),
    KERAS_BAR("Keras output"),
    PROGRESS_BAR("progress bars (tqdm, Lightning)"),
    FASTTEXT("fastText output"),
    XGBOOST("XGBoost output"),
    LINE_PROTOCOL("lines of step=.. name=.."),
    KEY_VALUE("text with names and numbers"),
    FLIGHT_RECORDER("PyTorch flight recorder (JSON)"),
    TRACE("Chrome or Kineto trace (JSON)"),
    SPARK_EVENTS("Spark event log"),
    /// Nothing was recognised yet in a log that may grow.
    UNKNOWN("nothing recognised yet");

    private final String title;

    LogFormat(String title) {
        this.title = title;
    }

    /// The name for people.
    public String title() {
        return title;
    }
}
